"""Signs of life: the database, the broker, the worker, beat, room on the disk, and the seal."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from kombu.exceptions import OperationalError

from core.documents.seal import not_ready
from core.models import Heartbeat

SILENCE = timedelta(minutes=3)
ROOM = 200 * 1024 * 1024  # bytes


def database(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def broker(now: datetime) -> str:
    with current_app.connection_for_write(connect_timeout=2) as link:
        link.ensure_connection(max_retries=1, timeout=2)
    return ""


def worker(now: datetime) -> str:
    return _silent("worker", now)


def beat(now: datetime) -> str:
    return _silent("beat", now)


def disk(now: datetime) -> str:
    free = shutil.disk_usage(settings.VAR_DIR).free
    return "" if free > ROOM else f"only {free // 1024 // 1024} MB are free"


def seal(now: datetime) -> str:
    return not_ready(now)


def _silent(name: str, now: datetime) -> str:
    seen = Heartbeat.objects.filter(name=name).first()
    if seen is None:
        return "has never been seen"
    age = int((now - seen.at).total_seconds())
    return "" if age <= SILENCE.total_seconds() else f"was last seen {age} seconds ago"


CHECKS: dict[str, Callable[[datetime], str]] = {
    check.__name__: check for check in (database, broker, worker, beat, disk, seal)
}


def findings(now: datetime) -> dict[str, str]:
    """Each check's name and what is wrong with it; an empty string is well. Never raises, never a secret."""
    found = {}
    for name, check in CHECKS.items():
        try:
            found[name] = check(now)
        except (Error, OperationalError, OSError) as error:
            found[name] = f"does not answer ({type(error).__name__})"
    return found


def next_hour(now: datetime) -> datetime:
    """When beat rings for the billing job next: at every full hour."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
