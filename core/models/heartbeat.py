"""Heartbeat: when the workers and the scheduler (beat) were last seen running."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """A process's last sign of life.

    `name` is a queue (written by a task that its worker ran: core.jobs.queues), "beat" (written at
    each of its ticks), "backup" or "drill" (written when one is finished), "trouble:" with a check
    of core.system.health_checks (since when it has failed) or "demo" (written when loading the demo
    starts, removed when it is complete). Installations of 0.1.0 have a row "worker" too,
    which nothing reads any more.
    """

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
