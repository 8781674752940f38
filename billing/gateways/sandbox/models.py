"""The sandbox's own tables: what a card processor would store. Only the sandbox reads them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.gateways.sandbox.ledger import (
    PretendedCard,
    PretendedDispute,
    PretendedPayment,
    PretendedRefund,
)


class SandboxCard(PretendedCard):
    """A card saved at the sandbox."""

    class Meta:
        verbose_name = _("sandbox card")
        verbose_name_plural = _("sandbox cards")


class SandboxRefund(PretendedRefund):
    """A refund by the sandbox."""

    class Meta:
        verbose_name = _("sandbox refund")
        verbose_name_plural = _("sandbox refunds")


class SandboxDispute(PretendedDispute):
    """A disputed payment of the sandbox."""

    class Meta:
        verbose_name = _("sandbox dispute")
        verbose_name_plural = _("sandbox disputes")


class SandboxIntent(PretendedPayment):
    """A single-shot payment: confirming it twice cannot take money twice."""

    handle = models.CharField(max_length=80, primary_key=True)
    prepare_key = models.CharField(max_length=80, unique=True)
    charge_key = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("sandbox payment")
        verbose_name_plural = _("sandbox payments")

    def __str__(self) -> str:
        return self.handle
