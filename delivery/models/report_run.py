"""ReportRun: one walk of the report job and what it did."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportRun(models.Model):
    """`door` is who opened it (beat, command). `result` holds counts."""

    door = models.CharField(_("started by"), max_length=20)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    result = models.JSONField(_("result"), default=dict)

    class Meta:
        verbose_name = _("report run")
        verbose_name_plural = _("report runs")
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
