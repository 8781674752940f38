"""Series: the row whose lock makes numbers gapless, per business, kind and year (rule 15)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class SeriesKind(models.TextChoices):
    """What is numbered."""

    INVOICE = "invoice", _("Invoices")
    RECEIPT = "receipt", _("Receipts")


class Series(TenantRow):
    """`last` is the last number given; `year` is the year of the paper's date at the business."""

    kind = models.CharField(_("kind"), max_length=10, choices=SeriesKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [models.UniqueConstraint(fields=["business", "kind", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"
