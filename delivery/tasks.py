"""Delivery's doors for Celery. Each reads the clock once."""

from celery import shared_task
from django.utils import timezone

from delivery import export, overage, run, timer, warn


@shared_task(name="delivery.tasks.send_reports", ignore_result=True)
def send_reports() -> None:
    """Draft the reports of periods that are over and remind of those that wait."""
    run.report(now=timezone.now(), door="job")


@shared_task(name="delivery.tasks.watch_hours", ignore_result=True)
def watch_hours() -> None:
    """Bill agreed work beyond the hours, tell when hours are nearly used and when a timer was forgotten."""
    now = timezone.now()
    overage.settle_due(now=now)
    warn.warn_due(now=now)
    timer.warn_due(now=now)


@shared_task(name="delivery.tasks.make_exports", ignore_result=True)
def make_exports() -> None:
    """Make the archives that were asked for, and take away the old ones."""
    export.make_due(now=timezone.now())
