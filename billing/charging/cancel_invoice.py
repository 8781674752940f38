"""Stops the collection of an invoice: it is voided, written off, paid by transfer, or reduced.

Everything prepared at the gateway is cancelled first. The plan that is stored on the collection is
carried out only when that is certain (docs/charging.md, V). If the gateway took the money in the
meantime, the invoice stays paid, and a person decides about a refund.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing.books import ledger, owing, paid_parts, received_payments, transitions
from billing.charging.elsewhere import found_objects
from billing.gateways import accounts, registry
from billing.gateways.base import is_direct
from billing.invoices import credit_note
from billing.models import Allocation, BankStatementLine, Collection, CreditNote, Invoice
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules.asking import PART_PAID
from billing.rules.errors import NotConnected, NotOpen, NotOwed
from billing.rules.states import BANK_TRANSFER, INVOICE, CollectionState, InvoiceState
from core import nudge
from core.continuity import standing
from core.database.state_moves import move
from core.dates import local_day, local_instant
from core.formats import money

VOID, WRITE_OFF, PAYMENT = "void", "write_off", "payment"
REDUCIBLE = (CollectionState.READY, CollectionState.SENT, CollectionState.DUNNING)


def void_invoice(*, invoice: Invoice, reason: str, actor: str, now: datetime) -> Collection:
    """Void the whole invoice with a credit note. Raises NotOpen."""
    return start_cancelling(invoice, {"do": VOID, "reason": reason, "actor": actor}, now)


def write_off_invoice(*, invoice: Invoice, reason: str, actor: str, now: datetime) -> Collection:
    """Write off the amount still owed on the invoice. Raises NotOpen."""
    return start_cancelling(invoice, {"do": WRITE_OFF, "reason": reason, "actor": actor}, now)


def start_cancelling(invoice: Invoice, plan: dict[str, Any], now: datetime) -> Collection:
    """Start to cancel an invoice's collection; `plan` says what follows. Raises NotOpen.

    If nothing can be at the gateway, the plan is carried out at once. Raises StandsStill: the
    gateway may have taken money that a database that went back does not know of.
    """
    standing.require()
    with transaction.atomic():
        row = lock_collection(invoice)
        if row.invoice.state != InvoiceState.OPEN or row.state in (
            CollectionState.DONE,
            CollectionState.VOIDING,
        ):
            raise NotOpen(_("This invoice is settled, or is being cancelled already."))
        if not row.handle and found_objects.paid_for([row.invoice.reference]):
            raise NotOpen(_("The payment gateway has taken money for this invoice."))
        transitions.move_collection(
            row,
            CollectionState.VOIDING,
            now=now,
            why=plan["do"],
            plan=plan,
            next_at=now,
            lookups=0,
            lease_until=None,
            **_to_look_for(row),
        )
        if not row.handle:
            finish_cancelling(row, now=now)
    nudge.ring("billing.tasks.resolve")
    return row


def _to_look_for(row: Collection) -> dict[str, Any]:
    """Return the columns of a collection under whose key a request of lost books may have arrived.

    Without a handle it would be closed at once, whatever was taken for it.
    """
    if row.handle or not standing.ever_resumed():
        return {}
    try:
        gateway = accounts.gateway(row.gateway, row.business_id)
    except NotConnected:  # a transfer, or an account that nobody can charge at
        return {}
    return row.own_handle() if is_direct(gateway) else {}


def lock_collection(invoice: Invoice) -> Collection:
    """Return the invoice's collection, locked, with the rows that settling needs."""
    rows = Collection.objects.select_for_update(of=("self",)).filter(invoice=invoice)
    return rows.select_related(
        "invoice__client",
        "invoice__agreement__contact",
        "invoice__contact",
        "invoice__business__owner",
    ).get()


def reduce_invoice(
    *, invoice: Invoice, amount: int, reason: str, actor: str, now: datetime
) -> CreditNote:
    """Reduce the amount owed by `amount` (minor units, tax included). Raises NotOpen and NotOwed.

    The amount that is left must not be below the gateway's minimum for cards, if a card is charged
    for it (rule 14). An object prepared for the old amount is cancelled before the new amount
    is charged (billing.charging.prepare). To take back the whole invoice, use `void_invoice`.
    """
    with transaction.atomic():
        row = lock_collection(invoice)
        if row.invoice.state != InvoiceState.OPEN or row.state not in REDUCIBLE:
            raise NotOpen(_("This invoice is settled, or is being confirmed at the gateway."))
        left = owing.amount_owed(row.invoice) - amount
        if left <= 0:
            raise NotOwed(_("Enter less than what is owed, or void the invoice."), field="amount")
        least = registry.smallest(row.gateway, invoice.currency)
        if left < least and row.reason != PART_PAID:
            raise NotOwed(
                _("A card cannot be charged less than %(least)s.")
                % {"least": money(least, invoice.currency)},
                field="amount",
            )
        note = credit_note.issue_credit_note(
            invoice=row.invoice, amount=amount, reason=reason, actor=actor, now=now
        )
        if row.state == CollectionState.SENT:
            received_payments.await_certificate(row.invoice, now=now)
        return note


def finish_cancelling(collection: Collection, *, now: datetime) -> None:
    """Carry out the plan of a collection that was cancelled for certain."""
    plan = collection.plan
    {VOID: _void, WRITE_OFF: _write_off, PAYMENT: _payment}[plan["do"]](collection, plan, now)
    why = f"{plan['do']}: {plan.get('reason', '')}"
    if plan["do"] == PAYMENT and owing.amount_owed(collection.invoice):
        _go_on(collection, why, now)
        return
    transitions.move_collection(
        collection,
        CollectionState.DONE,
        now=now,
        why=why,
        next_at=None,
        lease_until=None,
        reason="",
    )


def book_late_payment(collection: Collection, *, now: datetime) -> None:
    """Book a transfer that also arrived, after the gateway took the money: it becomes credit."""
    if collection.plan["do"] == PAYMENT:
        collection.invoice.refresh_from_db(fields=["state"])
        _payment(collection, collection.plan, now)


def _go_on(collection: Collection, why: str, now: datetime) -> None:
    """Continue after a partial transfer: charge the rest, unless it is withheld tax (rule 19).

    What was charged already is not charged again: its rest waits for another transfer.
    """
    fresh: dict[str, Any] = {**collection.no_handle(), "plan": {}, "reason": "", "next_at": None}
    state = CollectionState.READY
    if received_payments.await_certificate(collection.invoice, now=now):
        state = CollectionState.SENT
    elif owing.charged_once([collection.invoice_id]):
        state, fresh["reason"] = CollectionState.DUNNING, PART_PAID
    else:
        fresh["next_at"] = now
    transitions.move_collection(collection, state, now=now, why=why, **fresh)


def _void(collection: Collection, plan: dict[str, Any], now: datetime) -> None:
    invoice = collection.invoice
    left = invoice.total - credit_note.amount_credited(invoice)
    if left:
        credit_note.issue_credit_note(
            invoice=invoice, amount=left, reason=plan["reason"], actor=plan["actor"], now=now
        )
    move(invoice, InvoiceState.VOID, INVOICE)


def _write_off(collection: Collection, plan: dict[str, Any], now: datetime) -> None:
    invoice = collection.invoice
    owed = owing.amount_owed(invoice)
    Allocation.objects.create(
        business_id=invoice.business_id,
        invoice=invoice,
        by=SettledBy.WRITE_OFF,
        ref=invoice.pk,
        amount=owed,
        created_at=now,
    )
    today = local_day(now, invoice.business.time_zone)
    paid_parts.settle_part(
        invoice, by=SettledBy.WRITE_OFF, ref=invoice.pk, gross=owed, on=today, now=now
    )
    ledger.append_entries(
        [
            ledger.build_entry(
                invoice, "write_off", invoice.pk, Account.LOSS, Account.RECEIVABLE, owed, today, now
            )
        ]
    )
    move(invoice, InvoiceState.WRITTEN_OFF, INVOICE)


def _payment(collection: Collection, plan: dict[str, Any], now: datetime) -> None:
    zone = collection.invoice.business.time_zone
    arrived = received_payments.ReceivedPayment(
        invoice=collection.invoice,
        amount=plan["amount"],
        gateway=BANK_TRANSFER,
        reference=plan["reference"],
        label=plan["label"],
        received_at=local_instant(date.fromisoformat(plan["on"]), 12, zone),
        fee=plan.get("fee", 0),
    )
    payments = received_payments.book_payments([arrived], now=now)
    BankStatementLine.objects.filter(pk=plan["line"]).update(payment=payments[0])
