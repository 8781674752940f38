"""The Celery task of the nightly pruning."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from core.errors import StandsStill
from core.jobs import queues
from retainer_hub.pruning import prune as pruning


@shared_task(name="retainer_hub.tasks.prune", **queues.DOCUMENTS.options)
def prune() -> None:
    """Delete what the rules say; not while the clock or the database is in doubt."""
    with suppress(StandsStill):
        pruning.nightly(now=timezone.now())
