"""Upgrade: a dearer tier from a day inside a period on, and what the days that are left cost (rules 7 to 9)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.period import PERIOD_STATES
from agreements.rules.states import PeriodState
from core.models import TenantRow


class Upgrade(TenantRow):
    """Made when its amendment is signed, and billed once, as a period is; the period itself stays as it was.

    From `starts_on` up to `ends_on`, the period's end. Minor units before tax: `credit` for its unused days, `charge`
    for the new tier's, `amount` the difference. `minutes` are added to what the period includes.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="upgrades")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="upgrades")
    amendment = models.OneToOneField("agreements.Amendment", models.PROTECT, related_name="upgrade")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on (exclusive)"))
    due_at = models.DateTimeField(_("billed from"))
    currency = models.CharField(_("currency"), max_length=3)
    credit = models.PositiveBigIntegerField(_("credit"))
    charge = models.PositiveBigIntegerField(_("charge"))
    amount = models.PositiveBigIntegerField(_("to pay"))
    minutes = models.PositiveIntegerField(_("added minutes"))
    state = models.CharField(_("state"), max_length=10, choices=PERIOD_STATES, default=PeriodState.DUE)

    class Meta:
        verbose_name = _("upgrade")
        verbose_name_plural = _("upgrades")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "starts_on"], name="upgrade_once_a_day"),
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="upgrade_has_days"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, charge=models.F("credit") + models.F("amount")),
                name="upgrade_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="upgrade_to_bill", condition=models.Q(state=PeriodState.DUE)),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on}"

    @property
    def tier(self) -> dict[str, Any]:
        """The new tier, as it was signed."""
        found: dict[str, Any] = self.amendment.tier
        return found
