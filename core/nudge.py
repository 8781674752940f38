"""Nudges a worker after the commit. The database is the queue: a lost nudge only waits for the next sweep."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
_muted: ContextVar[bool] = ContextVar("muted", default=False)


def ring(task: str, *arguments: Any) -> None:
    """Send the task of that name when the transaction has committed. Never fails the caller."""
    if not _muted.get():
        transaction.on_commit(lambda: _send(task, arguments))


@contextmanager
def muted() -> Iterator[None]:
    """Ring nothing inside: for whoever does the work that is nudged for themselves, at a time of their own."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def _send(task: str, arguments: tuple[Any, ...]) -> None:
    try:
        current_app.tasks[task].apply_async(arguments, retry=False)
    except (OperationalError, OSError):
        log.warning("The broker did not take %s; the next sweep finds the work.", task)
