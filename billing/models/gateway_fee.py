"""What gateways took for the movements of money, and when they are asked for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.rules.states import FeeOf
from core.models import TenantRow

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
