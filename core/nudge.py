"""Starts background tasks after the commit that gave them their work.

The database is the queue: a task only tells a worker to look now. If the message is lost, the next
scheduled run of the same task finds the work.
"""

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
    """Send the named Celery task once the current transaction has committed.

    The caller never fails because of it: an unreachable broker is only logged.
    """
    if not _muted.get():
        transaction.on_commit(lambda: _send(task, arguments))


@contextmanager
def muted() -> Iterator[None]:
    """Send no tasks inside this block, because the caller does their work itself."""
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
