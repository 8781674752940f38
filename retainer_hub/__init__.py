"""The roof: settings, addresses, doorbells, and the checks before the doors open."""

from retainer_hub.celery import app as celery_app

__all__ = ["celery_app"]
