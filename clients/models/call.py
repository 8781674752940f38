"""Call: a discovery call with a prospect, and what was typed while talking."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.rules import typed_figures
from core.models import TenantRow

SHORTEST, LONGEST = 5, 240  # minutes


class CallEnd(models.TextChoices):
    """How a call ended."""

    OPTIONS = "options", _("They get three options by email")
    TRIAL = "trial", _("They want to try first")
    PROJECT = "project", _("One-off work, no retainer")
    LATER = "later", _("Not now: talk again")
    NO = "no", _("They said no")
    ABSENT = "absent", _("It did not take place")


class KpiKind(models.TextChoices):
    """What a figure shows."""

    GROWTH = "growth", _("Growth")
    ENGAGEMENT = "engagement", _("Engagement")
    CONVERSION = "conversion", _("Conversion")
    OWN = "own", _("Your own")


class Call(TenantRow):
    """The freelancer's own (rule 37). What was typed is kept as it was typed, so that nothing half-written is lost.

    `kpis` are {"name", "unit", "kind", "direction", "baseline", "target"}, all text. `revision` grows with each save;
    `writer` is the tab that saved last and `save` its count, so that a tab knows its own late requests.
    """

    client = models.ForeignKey("clients.Client", models.CASCADE, related_name="calls")
    contacts = models.ManyToManyField("clients.Contact", related_name="+", verbose_name=_("with"))
    starts_at = models.DateTimeField(_("begins"))
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), default=30, validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    )
    moved = models.PositiveIntegerField(_("times moved"), default=0)
    needs = models.TextField(_("Work of the next 3 to 6 months"), max_length=6000, blank=True)
    goals = models.TextField(_("Their goals, in their words"), max_length=6000, blank=True)
    kpis = models.JSONField(_("figures to move"), default=list, blank=True)
    load = models.CharField(_("Hours a month"), max_length=20, blank=True)
    extras = models.TextField(_("Worth suggesting, one a line"), max_length=2000, blank=True)
    budget = models.CharField(_("Budget you heard"), max_length=200, blank=True)
    outcome = models.CharField(_("How it ended"), max_length=8, choices=CallEnd.choices, blank=True)
    next_step = models.CharField(_("Next step"), max_length=200, blank=True)
    next_on = models.DateField(_("On"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    writer = models.CharField(max_length=36, blank=True, editable=False)
    save_count = models.PositiveIntegerField(default=0, editable=False)
    written_at = models.DateTimeField(_("last typed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=SHORTEST, minutes__lte=LONGEST), name="call_has_a_length"
            )
        ]

    def __str__(self) -> str:
        return f"{self.client}, {self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def ends_at(self) -> datetime:
        """When it should be over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def monthly_minutes(self) -> int:
        """The estimated load of a month in minutes; 0 where none was typed that can be read."""
        return typed_figures.minutes(self.load) or 0

    @property
    def unread(self) -> list[str]:
        """What was typed as a figure and cannot be read as one, to be said beside it."""
        typed = [row[side] for row in self.kpis for side in ("baseline", "target")]
        found = [text for text in typed if text and typed_figures.figure(text) is None]
        return found + ([self.load] if self.load and not self.monthly_minutes else [])


def kpi_figures(row: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Baseline and target of a row of `kpis` as numbers."""
    return typed_figures.figure(row.get("baseline", "")), typed_figures.figure(row.get("target", ""))
