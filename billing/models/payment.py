"""Payment: money that moved, its receipt, and the invoices it settles."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow


class Payment(TenantRow):
    """Append-only but for its receipt's PDF (database trigger). `reference` is the gateway's object."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="payments")
    charge = models.OneToOneField("billing.Charge", models.PROTECT, related_name="payment")
    gateway = models.CharField(_("gateway"), max_length=20)
    reference = models.CharField(_("reference"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    method_label = models.CharField(_("paid with"), max_length=60, blank=True)
    received_at = models.DateTimeField(_("received"))
    receipt_number = models.CharField(_("receipt"), max_length=40)
    receipt_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="payment_once"),
            models.UniqueConstraint(fields=["business", "receipt_number"], name="receipt_number_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_money"),
        ]

    def __str__(self) -> str:
        return self.receipt_number


class Allocation(TenantRow):
    """How much of a payment settles which invoice; what an invoice owes is derived from these (rule 18)."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="allocations")
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="allocation_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="allocation_is_money"),
        ]

    def __str__(self) -> str:
        return str(self.amount)
