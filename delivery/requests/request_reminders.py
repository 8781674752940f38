"""Reminds the freelancer once of a request whose promised answer is nearly due."""

from datetime import datetime

from django.db import transaction

from delivery.models import Request
from delivery.requests import request_emails
from delivery.requests.first_answer import soon, unanswered

BATCH = 500


def remind_due(*, now: datetime) -> int:
    """Write the letters that are due; how many. Any number of times, by any number of workers."""
    waits = unanswered(Request.objects.filter(reminded_at__isnull=True))
    rows = waits.select_related("business__owner", "client").order_by("respond_by")
    return sum(_remind(row, now) for row in soon(rows.iterator(BATCH), now))


def _remind(row: Request, now: datetime) -> int:
    with transaction.atomic():
        mine = unanswered(Request.objects.filter(pk=row.pk, reminded_at__isnull=True))
        if not mine.update(reminded_at=now):
            return 0
        request_emails.remind_owner(row, now=now)
    return 1
