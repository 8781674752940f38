"""Adjustment: minutes that a freelancer gives to a period's allowance, or takes from it, with the reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Adjustment(TenantRow):
    """Never changed or removed: a wrong one is set right by another (rule 25)."""

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="adjustments")
    minutes = models.IntegerField(_("time"))
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.CharField(_("written by"), max_length=200)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=~models.Q(minutes=0), name="adjustment_is_something")]

    def __str__(self) -> str:
        return self.reason
