"""Payments and other settlements of invoices, and payments that were taken back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow


class Payment(TenantRow):
    """Money received for an invoice, with its receipt. `amount` is in minor units of `currency`.

    `reference` is the id of the gateway's object, or names the bank transfer; it is unique per
    gateway. `charge` is empty for a bank transfer. What was paid beyond the invoice is client
    credit. `after_returns` counts the charged payments of the invoice that banks had returned
    before, so that the database allows one more, and no second one, after each.
    Append-only, except that the receipt's PDF is added later (database trigger).
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="payments")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="payments")
    charge = models.OneToOneField(
        "billing.Charge", models.PROTECT, null=True, blank=True, related_name="payment"
    )
    gateway = models.CharField(_("gateway"), max_length=20)
    reference = models.CharField(_("reference"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    method_label = models.CharField(_("paid with"), max_length=60, blank=True)
    after_returns = models.PositiveSmallIntegerField(_("returns before"), default=0)
    received_at = models.DateTimeField(_("received"))
    series = models.ForeignKey("billing.Series", models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField(_("running number"))
    receipt_number = models.CharField(_("receipt"), max_length=40)
    receipt_document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="payment_once"),
            models.UniqueConstraint(
                fields=["invoice", "after_returns"],
                condition=models.Q(charge__isnull=False),
                name="one_charged_payment_per_return",
            ),
            models.UniqueConstraint(
                fields=["business", "receipt_number"], name="receipt_number_once"
            ),
            models.UniqueConstraint(fields=["series", "seq"], name="receipt_seq_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_money"),
        ]
        indexes = [models.Index(fields=["receipt_number"], name="payment_by_receipt")]

    def __str__(self) -> str:
        return self.receipt_number


class SettledBy(models.TextChoices):
    """What can settle an invoice. BALANCE is client credit.

    REVERSAL takes a payment back that was recorded by mistake, or that the bank returned; its
    amount is negative.
    """

    PAYMENT = "payment", _("Payment")
    CREDIT_NOTE = "credit_note", _("Credit note")
    CERTIFICATE = "certificate", _("Withholding certificate")
    BALANCE = "balance", _("Client credit")
    WRITE_OFF = "write_off", _("Write-off")
    REVERSAL = "reversal", _("Payment taken back")


class Allocation(TenantRow):
    """An amount that settles a part or all of an invoice, in minor units. Append-only.

    `ref` is the id of the payment, credit note, withholding certificate or other source. What an
    invoice owes is its total less its allocations (rule 18). Only a reversal is negative; its `ref`
    is that of the payment.
    """

    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="allocations")
    by = models.CharField(_("settled by"), max_length=12, choices=SettledBy.choices)
    ref = models.UUIDField(_("which"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "by", "ref"], name="allocation_once"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0) & ~models.Q(by="reversal")
                | models.Q(amount__lt=0, by="reversal"),
                name="allocation_is_money",
            ),
        ]

    def __str__(self) -> str:
        return str(self.amount)


class PaidPart(TenantRow):
    """What one settlement is of an invoice: its own part of net, tax and withheld tax (rule 42).

    It is written in the transaction of the settlement and never changes (database trigger); the
    receipt of a payment prints it. `by` and `ref` are those of the allocation. Where tax falls due
    on payment, `tax` falls due on the day `on`, on which the money arrived. `taxes` are {name,
    percent, amount}. `withheld` is the part of `subtotal` and `tax` that the client keeps for the
    tax office, `beyond` what was received beyond the invoice and became client credit, and `left`
    the money that was still to come after it. Amounts are minor units; those of a reversal are
    negative. All parts of an invoice together never exceed it.
    """

    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="parts")
    by = models.CharField(_("settled by"), max_length=12, choices=SettledBy.choices)
    ref = models.UUIDField(_("which"))
    on = models.DateField(_("date"))
    subtotal = models.BigIntegerField(_("before tax"))
    tax = models.BigIntegerField(_("tax"))
    taxes = models.JSONField(_("tax by rate"), default=list)
    withheld = models.BigIntegerField(_("withheld"), default=0)
    beyond = models.BigIntegerField(_("beyond the invoice"), default=0)
    left = models.BigIntegerField(_("left to pay"), default=0)

    class Meta:
        verbose_name = _("part of an invoice that was settled")
        verbose_name_plural = _("parts of invoices that were settled")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "by", "ref"], name="paid_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.subtotal + self.tax}"

    @property
    def gross(self) -> int:
        """What it is of the invoice's total, in minor units."""
        return self.subtotal + self.tax


class PaymentReversal(TenantRow):
    """A payment that was taken back: recorded by mistake, or returned by the bank. Append-only.

    A database trigger keeps it so.
    `applied` is the part that had settled the invoice, and `beyond` the part that had become client
    credit, in minor units of `currency`. The receipt stays as it was issued; `document` is the same
    receipt, marked as cancelled.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="reversals")
    payment = models.OneToOneField("billing.Payment", models.PROTECT, related_name="reversal")
    currency = models.CharField(_("currency"), max_length=3)
    applied = models.BigIntegerField(_("taken from the invoice"))
    beyond = models.BigIntegerField(_("taken from the credit"))
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.CharField(_("by"), max_length=200)
    on = models.DateField(_("date"))
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("reversal of a payment")
        verbose_name_plural = _("reversals of payments")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(applied__gte=0, beyond__gte=0), name="reversal_is_money"
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}"

    @property
    def amount(self) -> int:
        """What was taken back, in minor units: the whole payment."""
        return self.applied + self.beyond
