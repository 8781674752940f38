"""Reminds the freelancer once of each request whose promised answer is nearly due."""

from datetime import datetime

from django.db import transaction

from delivery.models import Request
from delivery.requests import request_emails
from delivery.requests.response_status import due_soon, unanswered

BATCH = 500


def remind_due(*, now: datetime) -> int:
    """Send the reminders that are due; return how many. Safe to repeat and to run in parallel."""
    waiting = unanswered(Request.objects.filter(reminded_at__isnull=True))
    requests = waiting.select_related("business__owner", "client").order_by("respond_by")
    return sum(_remind(request, now) for request in due_soon(requests.iterator(BATCH), now))


def _remind(request: Request, now: datetime) -> int:
    """Remind of one request, unless another worker has done so; return 1 or 0."""
    with transaction.atomic():
        unclaimed = unanswered(Request.objects.filter(pk=request.pk, reminded_at__isnull=True))
        if not unclaimed.update(reminded_at=now):
            return 0
        request_emails.remind_owner(request, now=now)
    return 1
