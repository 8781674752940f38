"""KPIs, the figures that a client wants to move, and their readings on single days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from delivery.rules.kpi_pace import Shape


class KpiKind(models.TextChoices):
    """What a KPI is about."""

    GROWTH = "growth", _("Growth")
    ENGAGEMENT = "engagement", _("Engagement")
    CONVERSION = "conversion", _("Conversion")
    OWN = "own", _("Something else")


SHAPES = [
    (Shape.LEVEL.value, _("a level that moves (followers)")),
    (Shape.COUNT.value, _("a count that begins anew in each period (sign-ups)")),
    (Shape.RATE.value, _("a rate (of visitors who buy)")),
]


SHAPES_WITHOUT_EXAMPLES = {
    Shape.LEVEL: _("a level that moves"),
    Shape.COUNT: _("a count that begins anew in each period"),
    Shape.RATE: _("a rate"),
}


class Kpi(TenantRow):
    """A figure that the client wants to move.

    `target` is for the end of each period and `baseline` is the figure at the start of the
    agreement; both are in `unit`. `shape` says what a reading means, and so where the figure should
    be on a day: see delivery.rules.kpi_pace.
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
        """The shape in words, without the example that is shown when choosing one."""
        return str(SHAPES_WITHOUT_EXAMPLES[Shape(self.shape)])


class Source(models.TextChoices):
    """How a reading was entered."""

    HAND = "hand", _("by hand")
    FILE = "file", _("from a file")
    HTTP = "http", _("over HTTP")


class CurrentReadings(models.Manager["Reading"]):
    """The readings that count, without those that were corrected or deleted."""

    def get_queryset(self) -> models.QuerySet["Reading"]:
        return super().get_queryset().filter(voided_at__isnull=True)


class Reading(TenantRow):
    """The figure of a KPI on one day; the newest reading of a period is the period's figure.

    A trigger keeps rows from changing. A correction is a new row that `replaces` this one; the
    corrected row gets `voided_at`.
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

    objects = CurrentReadings()
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
