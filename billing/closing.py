"""Ends an invoice's way to its money once nothing can move at the gateway any more: void, written off, or paid
another way. What is to follow stands in the collection's plan; under its lock, in the caller's transaction."""

import uuid
from datetime import UTC, datetime
from typing import Any

from billing import credit_note, ledger, log, owing, receive
from billing.gateways import MANUAL
from billing.models import Allocation, Collection
from billing.models.journal import Account
from billing.models.payment import Settled
from billing.states import INVOICE, CollectionState, InvoiceState
from core.dates import local_day
from core.states import move

VOID, WRITE_OFF, PAYMENT = "void", "write_off", "payment"


def finish(collection: Collection, *, now: datetime) -> None:
    """Carry out the plan of a collection that is surely cancelled."""
    plan = collection.plan
    {VOID: _void, WRITE_OFF: _write_off, PAYMENT: _payment}[plan["do"]](collection, plan, now)
    why = f"{plan['do']}: {plan.get('reason', '')}"
    if owing.owed(collection.invoice) and plan["do"] == PAYMENT:
        fresh: dict[str, Any] = {"handle": None, "amount": None, "prepare_key": uuid.uuid4(), "plan": {}}
        log.move_collection(collection, CollectionState.READY, now=now, why=why, next_at=now, reason="", **fresh)
        return
    log.move_collection(collection, CollectionState.DONE, now=now, why=why, next_at=None, lease_until=None, reason="")


def _void(collection: Collection, plan: dict[str, Any], now: datetime) -> None:
    invoice = collection.invoice
    left = invoice.total - credit_note.credited(invoice)
    if left:
        credit_note.make(invoice=invoice, amount=left, reason=plan["reason"], actor=plan["actor"], now=now)
    move(invoice, InvoiceState.VOID, INVOICE)


def _write_off(collection: Collection, plan: dict[str, Any], now: datetime) -> None:
    invoice = collection.invoice
    owed = owing.owed(invoice)
    Allocation.objects.create(
        business_id=invoice.business_id,
        invoice=invoice,
        by=Settled.WRITE_OFF,
        ref=invoice.pk,
        amount=owed,
        created_at=now,
    )
    today = local_day(now, invoice.business.time_zone)
    ledger.write([ledger.entry(invoice, "write_off", invoice.pk, Account.LOSS, Account.RECEIVABLE, owed, today, now)])
    move(invoice, InvoiceState.WRITTEN_OFF, INVOICE)


def _payment(collection: Collection, plan: dict[str, Any], now: datetime) -> None:
    arrived = receive.Received(
        invoice=collection.invoice,
        amount=plan["amount"],
        gateway=MANUAL,
        reference=plan["reference"],
        label=plan["label"],
        received_at=datetime.fromisoformat(plan["on"]).replace(tzinfo=UTC),
    )
    receive.take([arrived], now=now)
