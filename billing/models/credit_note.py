"""CreditNote: the paper that corrects an invoice; the invoice itself never changes (rule 17)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow


class CreditNote(TenantRow):
    """Its own number, its invoice and a reason. Amounts are minor units; tax is the invoice's, in proportion."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="credit_notes")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="credit_notes")
    series = models.ForeignKey("billing.Series", models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField(_("running number"))
    number = models.CharField(_("number"), max_length=40)
    issued_on = models.DateField(_("issued"))
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.CharField(_("by"), max_length=200)
    currency = models.CharField(_("currency"), max_length=3)
    subtotal = models.BigIntegerField(_("before tax"))
    tax = models.BigIntegerField(_("tax"))
    total = models.BigIntegerField(_("total"))
    taxes = models.JSONField(_("tax by rate"), default=list)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "number"], name="credit_note_number_once"),
            models.UniqueConstraint(fields=["series", "seq"], name="credit_note_seq_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("subtotal") + models.F("tax"), total__gt=0),
                name="credit_note_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number
