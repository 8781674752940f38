"""Heartbeat: when the worker and the scheduler (beat) were last seen running."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """A process's last sign of life.

    `name` is "worker" (written by a task it ran), "beat" (written at each of its ticks) or "demo"
    (written when loading the demo starts, removed when it is complete).
    """

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
