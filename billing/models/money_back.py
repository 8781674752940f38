"""Money that goes back: refunds and disputes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.rules.states import DisputeState, RefundState
from core.models import TenantRow

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
