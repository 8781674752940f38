"""Celery tasks of delivery. Each task reads the clock once."""

from celery import shared_task
from django.utils import timezone

from core.jobs import queues, steps
from delivery.hours import overage, timer, usage_warnings
from delivery.renewing import watch_pace as pace
from delivery.reports import report_pdf, report_run
from delivery.requests import request_reminders
from delivery.work import checklist_actions


@shared_task(name="delivery.tasks.send_reports", **queues.DOCUMENTS.options)
def send_reports() -> None:
    """Draft, remind of, send and follow up on reports."""
    report_run.run_reports(now=timezone.now(), door="job")


@shared_task(name="delivery.tasks.print_reports", **queues.DOCUMENTS.options)
def print_reports() -> None:
    """Render the PDFs of reports that were sent; several workers may share the work."""
    steps.run("print_reports", {"render": report_pdf.render_due}, now=timezone.now())


@shared_task(name="delivery.tasks.watch_hours", **queues.DOCUMENTS.options)
def watch_hours() -> None:
    """Bill approved overage, warn of hours that are nearly used, and remind of forgotten timers."""
    steps.run(
        "watch_hours",
        {
            "bill extra hours": overage.bill_due,
            "warn of used hours": usage_warnings.warn_due,
            "warn of timers": timer.warn_due,
        },
        now=timezone.now(),
    )


@shared_task(name="delivery.tasks.watch_pace", **queues.DOCUMENTS.options)
def watch_pace() -> None:
    """Check the periods that have reached day 10 or 20, and warn of what is off track."""
    steps.run("watch_pace", {"warn": pace.warn_due}, now=timezone.now())


@shared_task(name="delivery.tasks.watch_work", **queues.DOCUMENTS.options)
def watch_work() -> None:
    """Create checklists of new periods, place carried work, and remind of requests that are due."""
    steps.run(
        "watch_work",
        {
            "open checklists": checklist_actions.open_checklists,
            "remind of requests": request_reminders.remind_due,
        },
        now=timezone.now(),
    )
