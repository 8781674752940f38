"""Goes after reports that nobody seems to have seen: one letter after 72 hours, then a task for the freelancer."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from core import outbox
from core.models import Outbox
from core.models.outbox import OutboxState
from delivery.models import Report
from delivery.report_letters import NUDGE
from delivery.states import ReportState

PATIENCE = timedelta(hours=72)
BATCH = 500


def unseen() -> QuerySet[Report]:
    """Sent reports that nothing shows to have been seen."""
    return Report.objects.filter(
        state=ReportState.SENT, letter_opened_at=None, opened_at=None, answered_at=None, business__is_suspended=False
    )


def nudge_due(*, now: datetime) -> int:
    """Remind each client once of a report whose letter went out 72 hours ago; how many."""
    made, late = 0, now - PATIENCE
    while True:
        quiet = unseen().filter(nudged_at=None, sent_at__lte=late).order_by("sent_at", "pk")
        ids = [str(pk) for pk in quiet.values_list("pk", flat=True)[:BATCH]]
        gone = Outbox.objects.filter(kind="report", ref__in=ids, state=OutboxState.SENT, sent_at__lte=late)
        told = list(gone.values_list("ref", flat=True))
        with transaction.atomic():
            mine = unseen().filter(pk__in=told, nudged_at=None)
            rows = list(mine.select_for_update(of=("self",)).select_related("business"))
            outbox.post(NUDGE, [(str(row.pk), row.business) for row in rows], now=now)
            made += Report.objects.filter(pk__in=[row.pk for row in rows]).update(nudged_at=now)
        if len(ids) < BATCH or not rows:
            return made


def task_due(*, now: datetime) -> int:
    """What stays unseen 72 hours after that is the freelancer's to talk about; how many."""
    return unseen().filter(task_at=None, nudged_at__lte=now - PATIENCE).update(task_at=now)


def talked(*, report: Report, now: datetime) -> None:
    """The freelancer has talked with the client about it."""
    Report.objects.filter(pk=report.pk, task_at__isnull=False, task_done_at=None).update(task_done_at=now)
