"""Periods: the paid spans of an agreement, each with its dates, fee and included time frozen.

Invoices, time entries, deliverables and reports all refer to a period.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agreements.rules.states import PeriodState
from core import formats
from core.models import TenantRow

PERIOD_STATES = [
    (PeriodState.DUE.value, _("To be billed")),
    (PeriodState.INVOICED.value, _("Invoiced")),
    (PeriodState.CARRIED.value, _("Carried to the next invoice")),
    (PeriodState.SKIPPED.value, _("Skipped")),
]


class PeriodQuerySet(models.QuerySet["Period"]):
    """Queries about periods."""

    def with_granted(self, at: datetime | None = None) -> "PeriodQuerySet":
        """Annotate each period with `granted`: its included minutes, those of upgrades added.

        With `at`, only upgrades that existed at that time count.
        """
        existed = models.Q(upgrades__created_at__lte=at) if at else None
        return self.annotate(
            granted=F("minutes") + Coalesce(Sum("upgrades__minutes", filter=existed), 0)
        )


class Period(TenantRow):
    """One paid span of service, from `starts_on` up to `ends_on`, exclusive.

    `index` counts the periods of an agreement from 0. `amount` is the fee in minor units of
    `currency`, before tax, and `due_at` when it is billed. `amendment` is the amendment whose terms
    apply; null for the original terms. `minutes` is the included time as the period was opened;
    `PeriodQuerySet.with_granted` adds what upgrades have added since.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="periods")
    amendment = models.ForeignKey(
        "agreements.Amendment", models.PROTECT, null=True, blank=True, related_name="+"
    )
    index = models.PositiveIntegerField(_("number"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on (exclusive)"))
    due_at = models.DateTimeField(_("billed from"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.PositiveBigIntegerField(_("fee"))
    minutes = models.PositiveIntegerField(_("included minutes"))
    state = models.CharField(
        _("state"), max_length=10, choices=PERIOD_STATES, default=PeriodState.DUE
    )
    skipped_because = models.CharField(_("not billed because"), max_length=300, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "index"], name="period_index_once"),
            models.UniqueConstraint(fields=["agreement", "starts_on"], name="period_start_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="period_is_not_empty"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="period_to_bill", condition=models.Q(state=PeriodState.DUE)
            ),
            models.Index(fields=["business", "starts_on", "id"], name="period_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on}"

    @property
    def start_name(self) -> str:
        """Its month, or that in which it begins; of a period of at most two weeks, its days."""
        return formats.period_start(self.starts_on, self.ends_on)

    @property
    def tier(self) -> dict[str, Any]:
        """The frozen tier that is delivered in this period."""
        tier: dict[str, Any] = (self.amendment or self.agreement).tier
        return tier
