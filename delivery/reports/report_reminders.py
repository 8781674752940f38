"""Goes after reports that nobody seems to have seen: one letter after 72 hours, then a task for the freelancer."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from delivery.models import Report
from delivery.reports.report_emails import NUDGE
from delivery.rules.states import ReportState

PATIENCE = timedelta(hours=72)
BATCH = 500


def unseen() -> QuerySet[Report]:
    """Sent reports that nothing shows to have been seen."""
    return Report.objects.filter(
        state=ReportState.SENT,
        letter_opened_at=None,
        opened_at=None,
        answered_at=None,
        business__is_suspended=False,
    )


def nudge_due(*, now: datetime) -> int:
    """Remind each client once of a report whose letter went out 72 hours ago; how many."""
    made, after = 0, None
    while True:
        quiet = unseen().filter(nudged_at=None, sent_at__lte=now - PATIENCE).order_by("pk")
        ids = list(
            (quiet.filter(pk__gt=after) if after else quiet).values_list("pk", flat=True)[:BATCH]
        )
        if not ids:
            return made
        after = ids[-1]
        made += _nudge(ids, now)


def _nudge(ids: list[UUID], now: datetime) -> int:
    letters = OutboxEmail.objects.filter(
        kind="report", ref__in=[str(pk) for pk in ids], state=OutboxState.SENT
    )
    arrived = letters.filter(sent_at__lte=now - PATIENCE).values_list("ref", flat=True)
    with transaction.atomic():
        mine = unseen().filter(pk__in=list(arrived), nudged_at=None).select_for_update(of=("self",))
        rows = list(mine.select_related("business"))
        emails.post(NUDGE, [(str(row.pk), row.business) for row in rows], now=now)
        return Report.objects.filter(pk__in=[row.pk for row in rows]).update(nudged_at=now)


def task_due(*, now: datetime) -> int:
    """What stays unseen 72 hours after that is the freelancer's to talk about; how many."""
    return unseen().filter(task_at=None, nudged_at__lte=now - PATIENCE).update(task_at=now)


def to_talk_about(rows: QuerySet[Report]) -> QuerySet[Report]:
    """Of `rows`, what is left to talk about: one of an agreement, the last that nothing shows to have been seen."""
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


def talked(*, report: Report, now: datetime) -> None:
    """The freelancer has talked with the client about it."""
    Report.objects.filter(pk=report.pk, task_at__isnull=False, task_done_at=None).update(
        task_done_at=now
    )
