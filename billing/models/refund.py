"""Refund: money that goes back to a card. Its row is committed before the call (docs/charging.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.states import RefundState
from core.models import TenantRow

REFUND_STATES = [
    (RefundState.SENT.value, _("Being confirmed")),
    (RefundState.UNKNOWN.value, _("Being confirmed")),
    (RefundState.PENDING.value, _("On its way")),
    (RefundState.SUCCEEDED.value, _("Refunded")),
    (RefundState.FAILED.value, _("Failed: it is client credit again")),
]


class Refund(TenantRow):
    """Its id is the idempotency key. The amount left the client's credit when the row was made (REFUNDING)."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="refunds")
    payment = models.ForeignKey("billing.Payment", models.PROTECT, related_name="refunds")
    credit_note = models.ForeignKey("billing.CreditNote", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=REFUND_STATES, default=RefundState.SENT)
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

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-sent_at", "-id"]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_is_money")]
        indexes = [models.Index(fields=["next_at"], name="refund_to_ask", condition=models.Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount}"
