"""One run of the report job: draft, remind, send, follow up on unseen reports (rules 38 and 40).

Each step finds its work by a query, so a step may fail, be days late, or run twice at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from core import nudge
from core.dates import local_day
from core.jobs import batches, steps
from core.jobs.set_aside import Step, without_waiting
from core.models import Business, OutboxEmail
from core.outbox import emails
from delivery.models import Report, ReportRun
from delivery.reports import draft_reports, report_pdf, report_reminders, send_reports
from delivery.reports.report_emails import REMINDER
from delivery.rules.states import ReportState
from delivery.work.checklist_actions import open_checklists

REMIND = Step(
    "remind_of_drafts",
    "delivery.tasks.send_reports",
    gettext_lazy("Remind of drafted reports"),
    Business,
    business="pk",
    title="name",
    page=("reports", "pk"),
)
WAITS = (timedelta(days=3), timedelta(days=6), timedelta(days=12))  # before each reminder
COUNTED = ("drafted", "reminded", "sent", "nudged", "tasks")


def run_reports(*, now: datetime, door: str) -> ReportRun:
    """Do everything that is due, and return the run with what it did.

    Safe to repeat, late or after a failure: each period gets one report, which is sent once. `door`
    says what started the run.
    """
    run = ReportRun.objects.create(
        door=door,
        started_at=now,
        total=draft_reports.periods_without_report(now).count()
        + send_reports.reports_due(now).count(),
    )

    def on_batch(count: int) -> None:
        ReportRun.objects.filter(pk=run.pk).update(done=F("done") + count)

    counts = steps.run(
        "send_reports",
        {
            "open checklists": open_checklists,
            "drafted": partial(draft_reports.draft_due, on_batch=on_batch),
            "reminded": remind_due,
            "sent": partial(send_reports.send_due, on_batch=on_batch),
            "nudged": report_reminders.remind_clients_due,
            "tasks": report_reminders.create_tasks_due,
        },
        now=now,
    )
    result = {name: counts.get(name, 0) for name in COUNTED}
    if report_pdf.reports_without_pdf().exists():
        nudge.ring("delivery.tasks.print_reports")
    ReportRun.objects.filter(pk=run.pk).update(finished_at=now, result=result, total=F("done"))
    run.refresh_from_db()
    return run


def remind_due(*, now: datetime) -> int:
    """Remind each business of drafts that wait, 3, 6 and 12 days after it was last told of some.

    An email about new drafts names those that wait as well: it counts as a reminder, and the waits
    begin anew. After the third reminder none follows. Returns how many businesses were reminded.
    """
    overdue = Report.objects.filter(state=ReportState.DRAFT, created_at__lte=now - WAITS[0])
    businesses = _told().filter(pk__in=overdue.order_by().values("business"), is_suspended=False)
    is_due = Q()
    for sent, wait in enumerate(WAITS):
        waited = Q(told_at__isnull=True) | Q(told_at__lte=now - wait)
        is_due |= Q(reminders=sent) & waited
    due = without_waiting(businesses.filter(is_due), REMIND, now)
    ids = list(due.order_by("pk").values_list("pk", flat=True))
    return batches.run(REMIND, ids, lambda batch: _remind(batch, now), now=now)


def _told() -> QuerySet[Business]:
    """Return the businesses with `told_at`, when each was last told of drafts, and `reminders`,
    how many reminders it was sent since the last email about new ones.
    """
    drafted, both = draft_reports.EMAIL_KIND, (REMINDER, draft_reports.EMAIL_KIND)
    own = OutboxEmail.objects.filter(business=OuterRef("pk"))
    newer_drafts = OutboxEmail.objects.filter(
        business=OuterRef("business"), kind=drafted, created_at__gte=OuterRef("created_at")
    )
    since = own.filter(~Exists(newer_drafts), kind=REMINDER).order_by().values("business")
    return Business.objects.annotate(
        told_at=own.filter(kind__in=both).order_by("-created_at").values("created_at")[:1],
        reminders=Coalesce(since.annotate(count=Count("pk")).values("count"), 0),
    )


def _remind(ids: Sequence[UUID], now: datetime) -> int:
    """Queue the reminders of these businesses; return how many."""
    # The reference changes every third day, so the outbox takes one email for each three days.
    refs = [
        (
            f"{business.pk}:{local_day(now, business.time_zone).toordinal() // WAITS[0].days}",
            business,
        )
        for business in Business.objects.filter(pk__in=ids)
    ]
    emails.post(REMINDER, refs, now=now)
    return len(refs)


def last_run() -> ReportRun | None:
    """Return the latest run, None if there was none."""
    return ReportRun.objects.order_by("-started_at", "-pk").first()
