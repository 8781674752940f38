"""Ends an invoice's way to its money once nothing can move at the gateway any more: void, written off, or paid
another way. What is to follow stands in the collection's plan; under its lock, in the caller's transaction."""

import uuid
from datetime import date, datetime
from typing import Any

from billing.books import ledger, owing, receive, transitions
from billing.invoices import credit_note
from billing.models import Allocation, Collection, StatementLine
from billing.models.journal import Account
from billing.models.payment import Settled
from billing.rules.states import BANK_TRANSFER, INVOICE, CollectionState, InvoiceState
from core.database.state_moves import move
from core.dates import local_day, local_instant

VOID, WRITE_OFF, PAYMENT = "void", "write_off", "payment"


def finish(collection: Collection, *, now: datetime) -> None:
    """Carry out the plan of a collection that is surely cancelled."""
    plan = collection.plan
    {VOID: _void, WRITE_OFF: _write_off, PAYMENT: _payment}[plan["do"]](collection, plan, now)
    why = f"{plan['do']}: {plan.get('reason', '')}"
    if plan["do"] == PAYMENT and owing.owed(collection.invoice):
        _go_on(collection, why, now)
        return
    transitions.move_collection(
        collection, CollectionState.DONE, now=now, why=why, next_at=None, lease_until=None, reason=""
    )


def too_late(collection: Collection, *, now: datetime) -> None:
    """The gateway took the money before it could be cancelled. A transfer that came as well is client credit."""
    if collection.plan["do"] == PAYMENT:
        collection.invoice.refresh_from_db(fields=["state"])
        _payment(collection, collection.plan, now)


def _go_on(collection: Collection, why: str, now: datetime) -> None:
    """A part came by transfer: the rest is charged, unless it was withheld and a certificate is owed (rule 19)."""
    fresh: dict[str, Any] = {
        "handle": None, "amount": None, "prepare_key": uuid.uuid4(), "plan": {}, "reason": "", "action_url": "",
    }  # fmt: skip
    is_withheld = receive.only_the_certificate_is_missing(collection.invoice, now=now)
    state, next_at = (CollectionState.SENT, None) if is_withheld else (CollectionState.READY, now)
    transitions.move_collection(collection, state, now=now, why=why, next_at=next_at, **fresh)


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
    zone = collection.invoice.business.time_zone
    arrived = receive.Received(
        invoice=collection.invoice,
        amount=plan["amount"],
        gateway=BANK_TRANSFER,
        reference=plan["reference"],
        label=plan["label"],
        received_at=local_instant(date.fromisoformat(plan["on"]), 12, zone),
    )
    payments = receive.take([arrived], now=now)
    StatementLine.objects.filter(pk=plan["line"]).update(payment=payments[0])
