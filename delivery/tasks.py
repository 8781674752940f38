"""Delivery's doors for Celery. Each reads the clock once."""

from celery import shared_task
from django.utils import timezone

from delivery.hours import overage, timer, usage_warnings
from delivery.renewing import watch_pace as pace
from delivery.reports import report_pdf, report_run
from delivery.requests import request_reminders
from delivery.work import checklist_actions


@shared_task(name="delivery.tasks.send_reports", ignore_result=True)
def send_reports() -> None:
    """Draft the reports of periods that are over, send those that are due, go after those that nobody has seen."""
    report_run.report(now=timezone.now(), door="job")


@shared_task(name="delivery.tasks.print_reports", ignore_result=True)
def print_reports() -> None:
    """Print the reports that were sent; any number of workers share them."""
    report_pdf.print_due(now=timezone.now())


@shared_task(name="delivery.tasks.watch_hours", ignore_result=True)
def watch_hours() -> None:
    """Bill agreed work beyond the hours, tell when hours are nearly used and when a timer was forgotten."""
    now = timezone.now()
    overage.settle_due(now=now)
    usage_warnings.warn_due(now=now)
    timer.warn_due(now=now)


@shared_task(name="delivery.tasks.watch_pace", ignore_result=True)
def watch_pace() -> None:
    """Look at the periods that have reached day 10 or 20, and tell what is off its line."""
    pace.watch(now=timezone.now())


@shared_task(name="delivery.tasks.watch_work", ignore_result=True)
def watch_work() -> None:
    """Open the lists of new periods, place what was carried, and remind of promised answers."""
    now = timezone.now()
    checklist_actions.open_checklists(now=now)
    request_reminders.remind_due(now=now)
