"""Celery beat's scheduler, which also stores a heartbeat: monitoring sees whether beat runs."""

import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import Error, close_old_connections
from django.utils import timezone

EVERY = 30.0  # seconds


class Scheduler(PersistentScheduler):
    """Celery's scheduler, which updates the heartbeat named "beat" every half minute."""

    _written = float("-inf")

    def setup_schedule(self) -> None:
        """Open the schedule's file, unless what web server and worker refuse too is wrong.

        Celery opens it before it tells anybody that beat starts.
        """
        from retainer_hub import start

        start.prepare()
        super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Start due tasks; return the seconds to wait, at most until the next heartbeat."""
        if time.monotonic() - self._written >= EVERY:
            self._written = time.monotonic()
            self._pulse()
        wait: float = super().tick(*args, **kwargs)
        return min(wait, EVERY)

    def _pulse(self) -> None:
        """Store the heartbeat. A database that does not answer must not stop beat."""
        from core.models import Heartbeat

        close_old_connections()
        try:
            Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})
        except Error:
            self.logger.exception("The heartbeat could not be written")
