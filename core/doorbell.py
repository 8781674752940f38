"""Nudges a worker after the commit. The database is the queue: a lost nudge only waits for the next sweep."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(task: str, *arguments: Any) -> None:
    """Send the task of that name when the transaction has committed. Never fails the caller."""
    transaction.on_commit(lambda: _send(task, arguments))


def _send(task: str, arguments: tuple[Any, ...]) -> None:
    try:
        current_app.tasks[task].apply_async(arguments, retry=False)
    except (OperationalError, OSError):
        log.warning("The broker did not take %s; the next sweep finds the work.", task)
