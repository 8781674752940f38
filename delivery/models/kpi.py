"""Kpi and Reading: a figure the client wants to move, and what it was on a day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Kpi(TenantRow):
    """`target` is for the end of each period, `baseline` where the agreement began; both in `unit`."""

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="kpis")
    name = models.CharField(_("name"), max_length=80)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    baseline = models.DecimalField(_("at the start"), max_digits=14, decimal_places=2, default=0)
    target = models.DecimalField(_("monthly target"), max_digits=14, decimal_places=2)
    less_is_better = models.BooleanField(_("less is better"), default=False)

    class Meta:
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
        ordering = ["created_at", "name"]
        constraints = [models.UniqueConstraint(fields=["agreement", "name"], name="kpi_once")]

    def __str__(self) -> str:
        return self.name


class Reading(TenantRow):
    """What a KPI was, once per period; a correction replaces the value."""

    kpi = models.ForeignKey(Kpi, models.CASCADE, related_name="readings")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="readings")
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["kpi", "period"], name="reading_once_per_period")]

    def __str__(self) -> str:
        return str(self.value)
