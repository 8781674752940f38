"""The direct sandbox: a card processor that charges in one call and forgets keys after a day."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When

from billing.gateways.base import DirectObject, GatewayUnknown, Outcome
from billing.gateways.sandbox.cards import Behaviour
from billing.gateways.sandbox.ledger import PretendedProcessor
from billing.gateways.sandbox_direct.models import (
    SandboxDirectCard,
    SandboxDirectCharge,
    SandboxDirectDispute,
    SandboxDirectRefund,
)


class SandboxDirect(PretendedProcessor):
    """A direct gateway: a look-up finds a charge by the key it was made with."""

    name = "sandbox_direct"
    cards, payments = SandboxDirectCard, SandboxDirectCharge
    refund_rows, dispute_rows = SandboxDirectRefund, SandboxDirectDispute

    @classmethod
    def payment(cls, handle: str) -> QuerySet[Any]:
        """Return the charge under that key: the one that took money, or else the latest."""
        took = Case(
            When(status=Outcome.SUCCEEDED, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        rows = SandboxDirectCharge.objects.filter(handle=handle)
        first = rows.order_by(took, "-created_at", "-pk").values_list("pk", flat=True).first()
        return SandboxDirectCharge.objects.filter(pk=first)

    def charge(
        self,
        *,
        handle: str,
        amount: int,
        currency: str,
        reference: str,
        customer: str,
        token: str,
    ) -> None:
        with transaction.atomic():  # the cards are locked against a second request with this key
            cards = SandboxDirectCard.objects.select_for_update().order_by("pk")
            card = {each.pk: each for each in cards.filter(customer=customer)}[token]
            now = self.clock()
            known = SandboxDirectCharge.objects.filter(
                handle=handle, created_at__gt=now - self.keys_last
            ).first()
            if known and (known.amount, known.card) != (amount, token):
                raise GatewayUnknown("the key is known for another request")
            if not known:
                status, code = self._answer(card)
                SandboxDirectCharge.objects.create(
                    id=f"ch_{uuid.uuid4().hex}",
                    handle=handle,
                    invoice_ref=reference,
                    currency=currency,
                    amount=amount,
                    status=status,
                    code=code,
                    card=token,
                    executions=1,
                    created_at=now,
                    updated_at=now,
                )
        if card.behaviour == Behaviour.LOST_ANSWER:
            raise GatewayUnknown("the answer was lost")

    def lookup(self, handle: str) -> DirectObject:
        self._settle_debits(handle)
        row = self.payment(handle).first()
        return self._object(row) if row else DirectObject(handle, Outcome.NEW, 0, "")

    def cancel(self, handle: str) -> None:
        waiting = self.payment(handle).filter(status=Outcome.REQUIRES_ACTION)
        waiting.update(status=Outcome.CANCELLED)

    def _object(self, row: SandboxDirectCharge) -> DirectObject:
        return DirectObject(
            row.handle or row.pk,
            Outcome(row.status),
            row.amount,
            row.currency,
            code=row.code,
            action_url=self._action_url(row),
            reference=row.invoice_ref,
            created_at=row.created_at,
            token=row.card,
        )
