"""Series: the row whose lock makes numbers gapless, per business, kind and year (rule 15); and its pattern."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class SeriesKind(models.TextChoices):
    """What is numbered. TAX_RECEIPT takes the place of RECEIPT where tax falls due on payment (rule 19)."""

    INVOICE = "invoice", _("Invoices")
    RECEIPT = "receipt", _("Receipts")
    TAX_RECEIPT = "tax_receipt", _("Tax invoices / receipts")
    CREDIT_NOTE = "credit_note", _("Credit notes")


class Numbering(TenantRow):
    """How a business writes one kind of number; without a row the usual pattern holds (billing.books.numbers)."""

    kind = models.CharField(_("kind"), max_length=12, choices=SeriesKind.choices)
    pattern = models.CharField(_("pattern"), max_length=30)
    resets_yearly = models.BooleanField(_("starts again every year"), default=True)

    class Meta:
        verbose_name = _("number pattern")
        verbose_name_plural = _("number patterns")
        constraints = [
            models.UniqueConstraint(fields=["business", "kind"], name="numbering_once"),
            models.UniqueConstraint(fields=["business", "pattern"], name="numbering_kinds_differ"),
        ]

    def __str__(self) -> str:
        return self.pattern


class Series(TenantRow):
    """`last` is the last number given, on `last_on`; `year` is 0 where numbers do not start again."""

    kind = models.CharField(_("kind"), max_length=12, choices=SeriesKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)
    last_on = models.DateField(_("date of the last number"), null=True, blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [models.UniqueConstraint(fields=["business", "kind", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"
