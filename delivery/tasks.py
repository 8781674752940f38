"""Delivery's door for Celery. It reads the clock once."""

from celery import shared_task
from django.utils import timezone

from delivery import run


@shared_task(name="delivery.tasks.send_reports", ignore_result=True)
def send_reports() -> None:
    """Draft the reports of periods that are over and remind of those that wait."""
    run.report(now=timezone.now(), door="job")
