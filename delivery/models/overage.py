"""Overage: work beyond a period's allowance, and whether the client agreed to pay for it (rule 27)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from core.money import prorate
from delivery.states import OverageState

OVERAGE_STATES = [
    (OverageState.ASKED.value, _("Waits for the client")),
    (OverageState.APPROVED.value, _("Approved")),
    (OverageState.DECLINED.value, _("Declined")),
    (OverageState.WITHDRAWN.value, _("Taken back")),
]


class Overage(TenantRow):
    """A budget: up to `minutes` beyond the included time, at `rate` minor units of `currency` an hour before tax.

    `by_terms`: it is the agreement's standing permission, once for each period. When the period is over, what was
    really used of it becomes lines of the next invoice; `billed` counts those minutes, in the same transaction.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="overages")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="overages")
    state = models.CharField(_("state"), max_length=10, choices=OVERAGE_STATES, default=OverageState.ASKED)
    minutes = models.PositiveIntegerField(_("time"))
    rate = models.PositiveBigIntegerField(_("for an hour"))
    billed = models.PositiveIntegerField(_("billed time"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    note = models.CharField(_("what for"), max_length=300, blank=True)
    by_terms = models.BooleanField(_("permitted by the agreement"), default=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("overage")
        verbose_name_plural = _("overages")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0, rate__gt=0, billed__lte=models.F("minutes")),
                name="overage_is_something",
            ),
            models.UniqueConstraint(
                fields=["period"], condition=models.Q(state=OverageState.ASKED), name="overage_asked_once"
            ),
            models.UniqueConstraint(
                fields=["period"], condition=models.Q(by_terms=True), name="overage_by_terms_once"
            ),
        ]

    @property
    def most(self) -> int:
        """What it costs if all of it is used, before tax."""
        return prorate(self.rate, self.minutes, 60)

    def __str__(self) -> str:
        return f"{self.period} {self.state}"

    @property
    def is_asked(self) -> bool:
        """Whether the client has not answered yet."""
        return self.state == OverageState.ASKED

    @property
    def is_approved(self) -> bool:
        """Whether the client said yes."""
        return self.state == OverageState.APPROVED
