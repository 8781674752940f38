"""Payments and other settlements of invoices; refunds, disputes and withholding certificates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.rules.states import DisputeState, FeeOf, RefundState
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


REFUND_STATES = [
    (RefundState.SENT.value, _("Being confirmed")),
    (RefundState.UNKNOWN.value, _("Being confirmed")),
    (RefundState.PENDING.value, _("On its way")),
    (RefundState.SUCCEEDED.value, _("Refunded")),
    (RefundState.FAILED.value, _("Failed: it is client credit again")),
]


class Refund(TenantRow):
    """Money paid back to a client, in minor units. Its id is the idempotency key of the call.

    When the row is made, the amount moves in the journal from the client's credit to REFUNDING.
    `next_at` is when to ask the gateway next, `called_at` when it was last asked and may have paid
    back. `handle` is the gateway's object, once it is known to exist.

    A refund that was `made_elsewhere`, in the gateway's own dashboard, is only looked up (rule 50).
    `uncovered` is the part of it for which there was neither anything to credit nor client credit;
    it is booked as a loss.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="refunds")
    payment = models.ForeignKey("billing.Payment", models.PROTECT, related_name="refunds")
    credit_note = models.ForeignKey(
        "billing.CreditNote", models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=REFUND_STATES, default=RefundState.SENT
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    handle = models.CharField(_("gateway object"), max_length=80, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True)
    actor = models.CharField(_("by"), max_length=200)
    sent_at = models.DateTimeField(_("asked for"))
    called_at = models.DateTimeField(_("last call"), null=True, blank=True)
    next_at = models.DateTimeField(_("next look"), null=True, blank=True)
    lookups = models.PositiveSmallIntegerField(_("look-ups"), default=0)
    finished_at = models.DateTimeField(_("answered"), null=True, blank=True)
    made_elsewhere = models.BooleanField(_("made at the gateway"), default=False)
    uncovered = models.BigIntegerField(_("booked as a loss"), default=0)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_is_money"),
            models.CheckConstraint(
                condition=models.Q(uncovered__gte=0, uncovered__lte=models.F("amount")),
                name="refund_uncovered_is_a_part",
            ),
            models.UniqueConstraint(
                fields=["payment", "handle"],
                condition=~models.Q(handle=""),
                name="refund_handle_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="refund_to_ask", condition=models.Q(next_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount}"


DISPUTE_STATES = [
    (DisputeState.INQUIRY.value, _("Inquiry, no money withdrawn")),
    (DisputeState.OPEN.value, _("Contested")),
    (DisputeState.WON.value, _("Dispute won")),
    (DisputeState.LOST.value, _("Dispute lost")),
    (DisputeState.CLOSED.value, _("Closed without a decision")),
    (DisputeState.RETURNED.value, _("Returned by the bank")),
]


class Dispute(TenantRow):
    """A payment that the client contested at the bank. `amount` is in minor units.

    `handle` is the id of the gateway's object. `answer_by` is the deadline for evidence (UTC).
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="disputes")
    payment = models.ForeignKey("billing.Payment", models.PROTECT, related_name="disputes")
    gateway = models.CharField(_("gateway"), max_length=20)
    handle = models.CharField(_("gateway object"), max_length=80)
    state = models.CharField(
        _("state"), max_length=10, choices=DISPUTE_STATES, default=DisputeState.OPEN
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    closed_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "handle"], name="dispute_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="dispute_is_money"),
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def is_open(self) -> bool:
        """Whether the bank has not decided yet, or still asks."""
        return self.state in (DisputeState.INQUIRY, DisputeState.OPEN)

    @property
    def is_won(self) -> bool:
        """Whether the money stays with, or came back to, the freelancer."""
        return self.state in (DisputeState.WON, DisputeState.CLOSED)


FEE_OF = [
    (FeeOf.PAYMENT.value, _("Payment")),
    (FeeOf.REFUND.value, _("Refund")),
    (FeeOf.DISPUTE.value, _("Dispute")),
]


class GatewayFee(TenantRow):
    """What a gateway took for one movement of money, as it reported it (rule 69).

    Or what a bank took off a transfer, as its owner entered it.

    `handle` is the gateway's id of the movement, `of` what moved. `amount` is in minor units of
    `currency`, that of the account there; below 0 it was given back. `moved` of the payment's
    currency became `settled` of the account's; 0 if the gateway did not say. `parts` are {text,
    amount} in the gateway's words. Append-only (database trigger).
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="gateway_fees")
    payment = models.ForeignKey("billing.Payment", models.PROTECT, related_name="fees")
    gateway = models.CharField(_("gateway"), max_length=20)
    handle = models.CharField(_("gateway object"), max_length=80)
    of = models.CharField(_("taken for"), max_length=10, choices=FEE_OF)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    moved = models.BigIntegerField(_("moved"), default=0)
    settled = models.BigIntegerField(_("arrived as"), default=0)
    parts = models.JSONField(_("parts"), default=list)
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        verbose_name = _("gateway fee")
        verbose_name_plural = _("gateway fees")
        ordering = ["-taken_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "handle"], name="gateway_fee_once"),
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def is_of_payment(self) -> bool:
        """Whether it was taken for the payment itself, and not for a refund or a dispute."""
        return self.of == FeeOf.PAYMENT


class FeeLookup(TenantRow):
    """When the gateway was asked what it took for a payment, and when it is asked again.

    `next_at` is empty once it has answered, or was asked in vain for as long as it makes sense.
    """

    payment = models.OneToOneField("billing.Payment", models.PROTECT, related_name="fee_lookup")
    asked_at = models.DateTimeField(_("asked"))
    next_at = models.DateTimeField(_("next look"), null=True, blank=True)
    lookups = models.PositiveSmallIntegerField(_("look-ups"), default=0)

    class Meta:
        verbose_name = _("look-up of a gateway fee")
        verbose_name_plural = _("look-ups of gateway fees")
        indexes = [
            models.Index(
                fields=["next_at"], name="fee_to_ask", condition=models.Q(next_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}"


class CertificateState(models.TextChoices):
    """OWED until the business has recorded the certificate as received.

    NOT_NEEDED: the payment that left the tax to be withheld was taken back.
    """

    OWED = "owed", _("Owed")
    RECEIVED = "received", _("Received")
    NOT_NEEDED = "not_needed", _("Not needed")


CERTIFICATE: dict[CertificateState, frozenset[CertificateState]] = {
    CertificateState.OWED: frozenset({CertificateState.RECEIVED, CertificateState.NOT_NEEDED}),
    CertificateState.NOT_NEEDED: frozenset({CertificateState.OWED}),
    CertificateState.RECEIVED: frozenset(),
}


class WithholdingCertificate(TenantRow):
    """The withholding certificate of an invoice; there is at most one per invoice.

    `amount` is the tax withheld, in minor units. A certificate that is received settles that part
    of the invoice. `chased_at` is when the client was last asked for the certificate.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="certificates")
    invoice = models.OneToOneField("billing.Invoice", models.PROTECT, related_name="certificate")
    state = models.CharField(
        _("state"), max_length=10, choices=CertificateState.choices, default=CertificateState.OWED
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    number = models.CharField(_("number"), max_length=60, blank=True)
    received_on = models.DateField(_("received"), null=True, blank=True)
    chased_at = models.DateTimeField(_("last asked for"), null=True, blank=True)

    class Meta:
        verbose_name = _("withholding certificate")
        verbose_name_plural = _("withholding certificates")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="certificate_is_money")
        ]

    def __str__(self) -> str:
        return self.number or str(self.invoice_id)

    @property
    def is_owed(self) -> bool:
        """Whether the client has not sent it yet."""
        return self.state == CertificateState.OWED

    @property
    def is_received(self) -> bool:
        """Whether it is here."""
        return self.state == CertificateState.RECEIVED
