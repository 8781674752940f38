"""ReportRun: one walk of the report job, how far it is and what it did."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportRun(models.Model):
    """`door` is who opened it (beat, command). `total` reports are to be drafted or sent, `done` are; `result` holds
    counts. A run that died leaves `finished_at` empty, and the next one goes on where it was."""

    door = models.CharField(_("started by"), max_length=20)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    total = models.PositiveIntegerField(_("to do"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    result = models.JSONField(_("result"), default=dict)

    class Meta:
        verbose_name = _("report run")
        verbose_name_plural = _("report runs")
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
