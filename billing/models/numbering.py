"""The numbers of documents: their patterns, their counters and those that were lost (rule 15)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class SeriesKind(models.TextChoices):
    """Kinds of numbered documents.

    Where tax falls due on payment, TAX_RECEIPT takes the place of RECEIPT (rule 19).
    """

    INVOICE = "invoice", _("Invoices")
    RECEIPT = "receipt", _("Receipts")
    TAX_RECEIPT = "tax_receipt", _("Tax invoices / receipts")
    CREDIT_NOTE = "credit_note", _("Credit notes")


class Numbering(TenantRow):
    """A business's own pattern for the numbers of one kind of document.

    Without a row the default pattern of billing.books.document_numbers is used.
    """

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
    """The counter behind the numbers of one kind of document of a business.

    `last` is the last running number given, with the date `last_on`. `year` is 0 where the numbers
    do not start again every year.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=SeriesKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)
    last_on = models.DateField(_("date of the last number"), null=True, blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.UniqueConstraint(fields=["business", "kind", "year"], name="series_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"

    @property
    def name(self) -> str:
        """The series as it is named outside the database, where it may not be known any more."""
        return f"{self.business_id}/{self.kind}/{self.year}"


class LostNumber(models.Model):
    """A number that went out before the database went back to an earlier state (rule 46).

    It is never given to another document. `paper` is what it was given to, as in
    core.continuity.outside, or null if that is not known. If the same document is made again, it
    gets the same number, and `used_at` is when.
    """

    series = models.ForeignKey(Series, models.PROTECT, related_name="lost")
    seq = models.PositiveIntegerField(_("running number"))
    paper = models.UUIDField(null=True, blank=True)
    lost_at = models.DateTimeField(_("found to be lost"))
    used_at = models.DateTimeField(_("given to the same document again"), null=True, blank=True)

    class Meta:
        verbose_name = _("lost number")
        verbose_name_plural = _("lost numbers")
        constraints = [models.UniqueConstraint(fields=["series", "seq"], name="lost_number_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.seq}"
