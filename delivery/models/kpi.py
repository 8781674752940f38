"""Kpi and Reading: a figure the client wants to move, and what it was on a day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from delivery.rules.kpi_pace import Shape


class KpiKind(models.TextChoices):
    """What a figure is about."""

    GROWTH = "growth", _("Growth")
    ENGAGEMENT = "engagement", _("Engagement")
    CONVERSION = "conversion", _("Conversion")
    OWN = "own", _("Something else")


SHAPES = [
    (Shape.LEVEL.value, _("a level that moves (followers)")),
    (Shape.COUNT.value, _("a count that begins anew in each period (sign-ups)")),
    (Shape.RATE.value, _("a rate (of visitors who buy)")),
]


IN_SHORT = {
    Shape.LEVEL: _("a level that moves"),
    Shape.COUNT: _("a count that begins anew in each period"),
    Shape.RATE: _("a rate"),
}


class Kpi(TenantRow):
    """`target` is for the end of each period, `baseline` where the agreement began; both in `unit`.

    `shape` says what a reading means, and so where the figure should be on a day: see delivery.rules.kpi_pace.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="kpis")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=KpiKind.choices, default=KpiKind.OWN)
    shape = models.CharField(_("it is"), max_length=6, choices=SHAPES, default=Shape.LEVEL)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    baseline = models.DecimalField(_("at the start"), max_digits=14, decimal_places=2, default=0)
    target = models.DecimalField(_("monthly target"), max_digits=14, decimal_places=2)
    less_is_better = models.BooleanField(_("less is better"), default=False)
    retired_at = models.DateTimeField(_("no longer measured since"), null=True, blank=True)

    class Meta:
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
        ordering = ["created_at", "name"]
        constraints = [models.UniqueConstraint(fields=["agreement", "name"], name="kpi_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def shape_text(self) -> str:
        """What it is, without the example that helps whoever chooses it."""
        return str(IN_SHORT[Shape(self.shape)])


class Source(models.TextChoices):
    """How a reading came."""

    HAND = "hand", _("by hand")
    FILE = "file", _("from a file")
    HTTP = "http", _("over HTTP")


class InUse(models.Manager["Reading"]):
    """The readings that count: not those that were corrected or taken back."""

    def get_queryset(self) -> models.QuerySet["Reading"]:
        return super().get_queryset().filter(voided_at__isnull=True)


class Reading(TenantRow):
    """What a KPI was on a day, once a day; the newest of a period is the period's figure.

    Rows do not change (a trigger holds it): a correction is a new row that `replaces` this one; it gets `voided_at`.
    """

    kpi = models.ForeignKey(Kpi, models.PROTECT, related_name="readings")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="readings")
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    on = models.DateField(_("day"))
    source = models.CharField(_("came"), max_length=4, choices=Source.choices, default=Source.HAND)
    actor = models.CharField(_("written by"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    voided_at = models.DateTimeField(_("corrected or taken back"), null=True, blank=True)

    objects = InUse()
    history = models.Manager()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-on", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "on"],
                condition=models.Q(voided_at__isnull=True),
                name="reading_once_a_day",
            )
        ]
        indexes = [models.Index(fields=["period", "kpi", "-on"], name="reading_of_period")]

    def __str__(self) -> str:
        return str(self.value)
