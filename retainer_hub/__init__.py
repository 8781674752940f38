"""The project: settings, URLs, the schedule of background tasks, and start-up checks."""

from retainer_hub.celery import app as celery_app

__all__ = ["celery_app"]
