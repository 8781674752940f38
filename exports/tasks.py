"""The tasks of this room. Each reads the clock once."""

from celery import shared_task
from django.utils import timezone

from exports import requested_exports


@shared_task(name="exports.tasks.make_exports", ignore_result=True)
def make_exports() -> None:
    """Make the archives that were asked for, and take away the old ones."""
    requested_exports.make_due(now=timezone.now())
