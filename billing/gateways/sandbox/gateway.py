"""The sandbox: a simulated card processor that prepares a payment and then confirms it."""

import uuid

from django.db import transaction
from django.db.models import F

from billing.gateways.base import GatewayObject, GatewayUnknown, Outcome
from billing.gateways.sandbox.cards import Behaviour
from billing.gateways.sandbox.ledger import PretendedProcessor
from billing.gateways.sandbox.models import (
    SandboxCard,
    SandboxDispute,
    SandboxIntent,
    SandboxRefund,
)

FINAL = (Outcome.SUCCEEDED, Outcome.CANCELLED, Outcome.PROCESSING)


class Sandbox(PretendedProcessor):
    """A prepared gateway: its payments are created unconfirmed, then confirmed once."""

    name = "sandbox"
    cards, payments = SandboxCard, SandboxIntent
    refund_rows, dispute_rows = SandboxRefund, SandboxDispute

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        intent, _made = SandboxIntent.objects.get_or_create(
            prepare_key=key,
            defaults={
                "handle": f"pi_{uuid.uuid4().hex}",
                "amount": amount,
                "currency": currency,
                "invoice_ref": reference,
            },
        )
        return intent.handle

    def execute(self, *, handle: str, key: str, token: str) -> None:
        with transaction.atomic():
            intent = SandboxIntent.objects.select_for_update().get(pk=handle)
            card = SandboxCard.objects.get(pk=token)
            if intent.status not in FINAL and intent.charge_key != key:
                status, code = self._answer(card)
                SandboxIntent.objects.filter(pk=handle).update(
                    status=status,
                    code=code,
                    card=token,
                    charge_key=key,
                    executions=F("executions") + 1,
                    updated_at=self.clock(),
                )
        if card.behaviour == Behaviour.LOST_ANSWER:
            raise GatewayUnknown("the answer was lost")

    def lookup(self, handle: str) -> GatewayObject:
        self._settle_debits(handle)
        intent = SandboxIntent.objects.filter(pk=handle).first()
        if intent is None:
            raise GatewayUnknown("no such object")
        return self._object(intent)

    def cancel(self, handle: str) -> None:
        SandboxIntent.objects.filter(pk=handle).exclude(status__in=FINAL).update(
            status=Outcome.CANCELLED
        )

    def _object(self, row: SandboxIntent) -> GatewayObject:
        return GatewayObject(
            row.handle,
            Outcome(row.status),
            row.amount,
            row.currency,
            key=row.charge_key,
            code=row.code,
            action_url=self._action_url(row),
            reference=row.invoice_ref,
            created_at=row.created_at,
            token=row.card,
        )


sign, save_card = Sandbox.sign, Sandbox.save_card
confirm, contest, refund_there = Sandbox.confirm, Sandbox.contest, Sandbox.refund_there
