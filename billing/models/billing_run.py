"""BillingRun: one walk of the billing job, how far it is, what it found and what it did."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BillingRun(models.Model):
    """`door` is who opened it: job or command. `result` holds counts; `refused_because` is why it did nothing."""

    door = models.CharField(_("started by"), max_length=20)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    to_charge = models.PositiveIntegerField(_("to charge"), default=0)
    charged = models.PositiveIntegerField(_("asked of the gateway"), default=0)
    result = models.JSONField(_("result"), default=dict)
    refused_because = models.CharField(_("refused"), max_length=300, blank=True)
    allowed_at = models.DateTimeField(_("allowed by a person"), null=True, blank=True)

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
