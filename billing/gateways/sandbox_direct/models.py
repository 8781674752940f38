"""The direct sandbox's own ledger: what a card processor would hold on its side. Nothing else reads it."""

from django.db import models

from billing.gateways.sandbox.ledger import (
    PretendedCard,
    PretendedDispute,
    PretendedPayment,
    PretendedRefund,
)


class SandboxDirectCard(PretendedCard):
    """A card saved at the direct sandbox."""

    class Meta:
        verbose_name = "direct sandbox card"


class SandboxDirectRefund(PretendedRefund):
    """Money that the direct sandbox gave back."""

    class Meta:
        verbose_name = "direct sandbox refund"


class SandboxDirectDispute(PretendedDispute):
    """A payment of the direct sandbox that was contested."""

    class Meta:
        verbose_name = "direct sandbox dispute"


class SandboxDirectCharge(PretendedPayment):
    """One charge. `handle` is the idempotency key it was made with; once forgotten, a key can make a second one."""

    id = models.CharField(max_length=80, primary_key=True)
    handle = models.CharField(max_length=80, db_index=True)

    class Meta:
        verbose_name = "direct sandbox payment"

    def __str__(self) -> str:
        return self.id
