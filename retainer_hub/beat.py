"""Beat's scheduler with a pulse: it writes down that it is alive."""

import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import Error, close_old_connections
from django.utils import timezone

EVERY = 30.0  # seconds


class Scheduler(PersistentScheduler):
    """Celery's own scheduler; every half minute it renews the heartbeat named "beat"."""

    _written = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if time.monotonic() - self._written >= EVERY:
            self._written = time.monotonic()
            self._pulse()
        wait: float = super().tick(*args, **kwargs)
        return min(wait, EVERY)

    def _pulse(self) -> None:
        from core.models import Heartbeat

        close_old_connections()
        try:
            Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})
        except Error:
            self.logger.exception("The heartbeat could not be written")
