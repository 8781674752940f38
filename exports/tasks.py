"""Celery tasks of exports. Each task reads the clock once."""

from celery import shared_task
from django.utils import timezone

from exports import requested_exports


@shared_task(name="exports.tasks.make_exports", ignore_result=True)
def make_exports() -> None:
    """Build the archives that were requested, and delete the expired ones."""
    requested_exports.build_due(now=timezone.now())
