"""The Celery task of the nightly backup."""

from celery import shared_task
from django.utils import timezone

from core.jobs import queues, steps
from retainer_hub.backup import make


@shared_task(name="retainer_hub.tasks.back_up", **queues.DOCUMENTS.options)
def back_up() -> None:
    """Make the backup of the night, if BACKUP_TO says where."""
    steps.run("back_up", {"backup": make.nightly}, now=timezone.now())
