"""One walk of the report job: draft, remind, send, go after what nobody has seen (rules 38 and 40).

Each step finds its work by a query, so any of them may die, be late by days, or run twice at once.
"""

from datetime import datetime, timedelta

from django.db.models import F

from core import nudge
from core.dates import local_day
from core.models import Business
from core.outbox import emails
from delivery.models import Report, ReportRun
from delivery.reports import draft, report_pdf, report_reminders, send
from delivery.reports.report_emails import REMINDER
from delivery.rules.states import ReportState
from delivery.work.checklist_actions import open_checklists

REMIND_AFTER = timedelta(days=3)
KEPT = timedelta(days=90)  # a run that did something is shown for so long


def report(*, now: datetime, door: str) -> ReportRun:
    """Do what is due; what it did. Twice, late or half-way: each period has one report, and it goes out once."""
    run = ReportRun.objects.create(
        door=door, started_at=now, total=draft.waiting(now).count() + send.due(now).count()
    )

    def on_batch(count: int) -> None:
        ReportRun.objects.filter(pk=run.pk).update(done=F("done") + count)

    open_checklists(now=now)
    result = {
        "drafted": draft.draft_due(now=now, on_batch=on_batch),
        "reminded": remind_due(now=now),
        "sent": send.send_due(now=now, on_batch=on_batch),
        "nudged": report_reminders.nudge_due(now=now),
        "tasks": report_reminders.task_due(now=now),
    }
    if report_pdf.waiting().exists():
        nudge.ring("delivery.tasks.print_reports")
    ReportRun.objects.filter(pk=run.pk).update(finished_at=now, result=result, total=F("done"))
    ReportRun.objects.filter(started_at__lt=now - KEPT).delete()
    run.refresh_from_db()
    return run


def remind_due(*, now: datetime) -> int:
    """Tell each business whose drafts have waited for three days, every third day anew; how many businesses."""
    late = Report.objects.filter(state=ReportState.DRAFT, created_at__lte=now - REMIND_AFTER)
    waits = Business.objects.filter(pk__in=late.order_by().values("business"), is_suspended=False)
    refs = [
        (f"{row.pk}:{local_day(now, row.time_zone).toordinal() // REMIND_AFTER.days}", row)
        for row in waits
    ]
    emails.post(REMINDER, refs, now=now)
    return len(refs)


def last_run() -> ReportRun | None:
    """The latest run."""
    return ReportRun.objects.order_by("-started_at", "-pk").first()
