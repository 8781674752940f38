"""Payment: money that came in, its receipt, and what settles an invoice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow


class Payment(TenantRow):
    """Append-only but for its receipt's PDF (database trigger). `reference` is the gateway's object or bank's line.

    `charge` is empty for a bank transfer. `invoice` is the one it came for; an overpayment is client credit.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="payments")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="payments")
    charge = models.OneToOneField("billing.Charge", models.PROTECT, null=True, blank=True, related_name="payment")
    gateway = models.CharField(_("gateway"), max_length=20)
    reference = models.CharField(_("reference"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    method_label = models.CharField(_("paid with"), max_length=60, blank=True)
    received_at = models.DateTimeField(_("received"))
    series = models.ForeignKey("billing.Series", models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField(_("running number"))
    receipt_number = models.CharField(_("receipt"), max_length=40)
    receipt_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="payment_once"),
            models.UniqueConstraint(
                fields=["invoice"], condition=models.Q(charge__isnull=False), name="one_charged_payment"
            ),
            models.UniqueConstraint(fields=["business", "receipt_number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["series", "seq"], name="receipt_seq_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_money"),
        ]

    def __str__(self) -> str:
        return self.receipt_number


class Settled(models.TextChoices):
    """What can settle an invoice."""

    PAYMENT = "payment", _("Payment")
    CREDIT_NOTE = "credit_note", _("Credit note")
    CERTIFICATE = "certificate", _("Withholding certificate")
    BALANCE = "balance", _("Client credit")
    WRITE_OFF = "write_off", _("Write-off")


class Allocation(TenantRow):
    """How much of what settles which invoice; what an invoice owes is derived from these (rule 18). Append-only."""

    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="allocations")
    by = models.CharField(_("settled by"), max_length=12, choices=Settled.choices)
    ref = models.UUIDField(_("which"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "by", "ref"], name="allocation_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="allocation_is_money"),
        ]

    def __str__(self) -> str:
        return str(self.amount)
