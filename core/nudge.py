"""Starts background tasks after the commit that gave them their work.

The database is the queue: a task only tells a worker to look now. If the message is lost, the next
scheduled run of the same task finds the work.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

EXPIRES = 600  # seconds until a message that no worker took is worth nothing
#: Seconds for which this process leaves a broker alone that did not answer: a page that starts
#: several tasks waits for it once.
PAUSE = 10.0
log = logging.getLogger(__name__)
_silent_until = 0.0  # monotonic time
_muted: ContextVar[bool] = ContextVar("muted", default=False)


def ring(task: str, *arguments: Any) -> None:
    """Send the named Celery task once the current transaction has committed.

    The caller never fails because of it: an unreachable broker is only logged.
    """
    if not _muted.get():
        transaction.on_commit(lambda: _send(task, arguments))


def ring_later(task: str, after: timedelta) -> None:
    """Send the named task as `ring` does, for a worker to take after that time."""
    if not _muted.get():
        transaction.on_commit(lambda: _send(task, (), int(after.total_seconds())))


@contextmanager
def muted() -> Iterator[None]:
    """Send no tasks inside this block, because the caller does their work itself."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def _send(task: str, arguments: tuple[Any, ...], wait: int = 0) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.tasks[task].apply_async(
            arguments, retry=False, countdown=wait, expires=EXPIRES + wait
        )
    except _errors_of_the_broker():
        _silent_until = time.monotonic() + PAUSE
        log.warning("The broker did not take %s; the next sweep finds the work.", task)


def _errors_of_the_broker() -> tuple[type[Exception], ...]:
    if not settings.REDIS_URL:
        return OperationalError, OSError
    from redis.exceptions import RedisError  # 7 MB that only those with Redis need

    return OperationalError, OSError, RedisError
