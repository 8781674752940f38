"""Follows up on reports that nobody seems to have seen.

The client gets one email after 72 hours, and after another 72 hours the freelancer gets a task.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from delivery.models import Report
from delivery.reports.report_emails import NUDGE
from delivery.rules.states import ReportState

PATIENCE = timedelta(hours=72)  # before each of the two steps
BATCH = 500
REMIND = Step(
    "remind_of_reports",
    "delivery.tasks.send_reports",
    gettext_lazy("Remind the client of the report"),
    Report,
    title="client__name",
    page=("report", "pk"),
)


def unseen_reports() -> QuerySet[Report]:
    """Return the sent reports that nothing shows to have been seen."""
    return Report.objects.filter(
        state=ReportState.SENT,
        letter_opened_at=None,
        opened_at=None,
        answered_at=None,
        business__is_suspended=False,
    )


def remind_clients_due(*, now: datetime) -> int:
    """Remind clients, once each, of reports emailed 72 hours ago; return how many."""
    due = unseen_reports().filter(nudged_at=None, sent_at__lte=now - PATIENCE)
    ids = list(without_waiting(due, REMIND, now).order_by("pk").values_list("pk", flat=True))
    return batches.run(REMIND, ids, lambda batch: _nudge(batch, now), now=now, size=BATCH)


def _nudge(ids: Sequence[UUID], now: datetime) -> int:
    """Queue the reminders for those of the reports whose email was sent 72 hours ago."""
    sent_emails = OutboxEmail.objects.filter(
        kind="report", ref__in=[str(pk) for pk in ids], state=OutboxState.SENT
    )
    emailed = sent_emails.filter(sent_at__lte=now - PATIENCE).values_list("ref", flat=True)
    with transaction.atomic():
        reports = (
            unseen_reports()
            .filter(pk__in=list(emailed), nudged_at=None)
            .select_for_update(of=("self",))
        )
        locked = list(reports.select_related("business"))
        emails.post(NUDGE, [(str(report.pk), report.business) for report in locked], now=now)
        return Report.objects.filter(pk__in=[report.pk for report in locked]).update(nudged_at=now)


def create_tasks_due(*, now: datetime) -> int:
    """Make a task of each report that is still unseen 72 hours later; return how many."""
    return unseen_reports().filter(task_at=None, nudged_at__lte=now - PATIENCE).update(task_at=now)


def open_tasks(rows: QuerySet[Report]) -> QuerySet[Report]:
    """Return those of `rows` that are open tasks.

    Of an agreement only the latest one counts, and none once a later report was seen.
    """
    seen = (
        Q(letter_opened_at__isnull=False)
        | Q(opened_at__isnull=False)
        | Q(answered_at__isnull=False)
    )
    later = Report.objects.filter(
        period__agreement=OuterRef("period__agreement"), sent_at__gt=OuterRef("sent_at")
    )
    rows = rows.filter(task_at__isnull=False, task_done_at=None).exclude(seen)
    return rows.exclude(Exists(later.filter(seen | Q(task_at__isnull=False))))


def complete_task(*, report: Report, now: datetime) -> None:
    """Mark the task as done: the freelancer has talked to the client about the report."""
    Report.objects.filter(pk=report.pk, task_at__isnull=False, task_done_at=None).update(
        task_done_at=now
    )
