"""Charge: one attempt to collect an invoice; the database forbids a second one in flight (CHARGES.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.states import LIVE, ChargeState
from core.models import TenantRow

CHARGE_STATES = [
    (ChargeState.SENT.value, _("Being confirmed")),
    (ChargeState.UNKNOWN.value, _("Being confirmed")),
    (ChargeState.PROCESSING.value, _("Processing")),
    (ChargeState.REQUIRES_ACTION.value, _("Needs the client")),
    (ChargeState.SUCCEEDED.value, _("Paid")),
    (ChargeState.FAILED.value, _("Declined")),
    (ChargeState.VOID.value, _("Never sent")),
]


class Charge(TenantRow):
    """Its id is the idempotency key. `amount` is minor units, tax included."""

    collection = models.ForeignKey("billing.Collection", models.PROTECT, related_name="charges")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="charges")
    n = models.PositiveSmallIntegerField(_("attempt"))
    state = models.CharField(_("state"), max_length=20, choices=CHARGE_STATES, default=ChargeState.SENT)
    method = models.ForeignKey("billing.PaymentMethod", models.PROTECT, related_name="charges")
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    code = models.CharField(_("decline code"), max_length=60, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    finished_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "n"], name="charge_attempt_once"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=models.Q(state__in=[state.value for state in LIVE]),
                name="one_live_charge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} · {self.n}"

    @property
    def is_succeeded(self) -> bool:
        """Whether the money was taken."""
        return self.state == ChargeState.SUCCEEDED

    @property
    def is_failed(self) -> bool:
        """Whether the bank said no."""
        return self.state == ChargeState.FAILED
