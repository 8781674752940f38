"""The sandbox gateway's own ledger: what a card processor would hold on its side. Nothing else reads it."""

from django.db import models

from billing.gateways.sandbox.ledger import (
    PretendedCard,
    PretendedDispute,
    PretendedPayment,
    PretendedRefund,
)


class SandboxCard(PretendedCard):
    """A card saved at the sandbox."""

    class Meta:
        verbose_name = "sandbox card"


class SandboxRefund(PretendedRefund):
    """Money that the sandbox gave back."""

    class Meta:
        verbose_name = "sandbox refund"


class SandboxDispute(PretendedDispute):
    """A payment of the sandbox that was contested."""

    class Meta:
        verbose_name = "sandbox dispute"


class SandboxIntent(PretendedPayment):
    """A single-shot payment: confirming it twice cannot take money twice."""

    handle = models.CharField(max_length=80, primary_key=True)
    prepare_key = models.CharField(max_length=80, unique=True)
    charge_key = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = "sandbox payment"

    def __str__(self) -> str:
        return self.handle
