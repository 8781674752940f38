"""The direct sandbox's own tables: what a card processor would store. Nothing else reads them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.gateways.sandbox.ledger import (
    PretendedCard,
    PretendedDispute,
    PretendedPayment,
    PretendedRefund,
)


class SandboxDirectCard(PretendedCard):
    """A card saved at the direct sandbox."""

    class Meta:
        verbose_name = _("direct sandbox card")
        verbose_name_plural = _("direct sandbox cards")


class SandboxDirectRefund(PretendedRefund):
    """A refund by the direct sandbox."""

    class Meta:
        verbose_name = _("direct sandbox refund")
        verbose_name_plural = _("direct sandbox refunds")


class SandboxDirectDispute(PretendedDispute):
    """A disputed payment of the direct sandbox."""

    class Meta:
        verbose_name = _("direct sandbox dispute")
        verbose_name_plural = _("direct sandbox disputes")


class SandboxDirectCharge(PretendedPayment):
    """One charge. `handle` is its idempotency key; once forgotten, a key can charge again."""

    id = models.CharField(max_length=80, primary_key=True)
    handle = models.CharField(max_length=80, db_index=True)

    class Meta:
        verbose_name = _("direct sandbox payment")
        verbose_name_plural = _("direct sandbox payments")

    def __str__(self) -> str:
        return self.id
