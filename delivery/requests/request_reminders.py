"""Reminds the freelancer once of each request whose promised answer is nearly due."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from core.jobs import batches
from core.jobs.set_aside import Step
from delivery.models import Request
from delivery.requests import request_emails
from delivery.requests.response_status import due_soon, unanswered

REMIND = Step(
    "remind_of_requests",
    "delivery.tasks.watch_work",
    gettext_lazy("Remind of the promised answer"),
    Request,
    title="client__name",
    page=("request", "pk"),
)


def remind_due(*, now: datetime) -> int:
    """Send the reminders that are due; return how many. Safe to repeat and to run in parallel."""
    waiting = unanswered(Request.objects.filter(reminded_at__isnull=True))
    rows = waiting.select_related("business__owner", "client").order_by("respond_by")
    return batches.run_rows(REMIND, rows, lambda request: _remind(request, now), now=now)


def _remind(request: Request, now: datetime) -> int:
    """Remind of one request if it is due, unless another worker has done so; return 1 or 0."""
    if not any(due_soon([request], now)):
        return 0
    with transaction.atomic():
        unclaimed = unanswered(Request.objects.filter(pk=request.pk, reminded_at__isnull=True))
        if not unclaimed.update(reminded_at=now):
            return 0
        request_emails.remind_owner(request, now=now)
    return 1
