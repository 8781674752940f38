"""Celery tasks of exports. Each task reads the clock once."""

from celery import shared_task
from django.utils import timezone

from core.jobs import queues, steps
from exports import requested_exports


@shared_task(name="exports.tasks.make_exports", **queues.DOCUMENTS.options)
def make_exports() -> None:
    """Build the archives that were requested, and delete the expired ones."""
    steps.run(
        "make_exports",
        {"build": requested_exports.build_due, "delete": requested_exports.delete_expired},
        now=timezone.now(),
    )
