"""The rows of new invoices: lines, journal, collection and spent credit (docs/charging.md, T0)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery

from agreements.models import Period, Upgrade
from agreements.rules.terms import CollectBy
from billing.books import document_numbers, ledger, paid_parts, transitions
from billing.gateways.base import Outcome
from billing.invoices import compose_invoice
from billing.invoices.compose_invoice import Billable
from billing.invoices.one_off import OneOff
from billing.models import (
    Allocation,
    Collection,
    FoundObject,
    Invoice,
    InvoiceLine,
    JournalEntry,
    NextLine,
    PaidPart,
    Transition,
)
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules import derived_ids
from billing.rules.states import BANK_TRANSFER, CollectionState
from core.database.insert_rows import insert_rows
from core.dates import local_instant

PATIENCE = timedelta(hours=1)  # a new client, who has no card yet, is about to save one


@dataclass
class Found:
    """The rows that one batch reads: its periods or upgrades, and what their invoices need."""

    periods: Sequence[Period | Upgrade]
    lines: dict[UUID, list[NextLine]]
    carded: set[UUID]
    credit: dict[tuple[UUID, str], int]
    gateways: dict[UUID, str]
    known_there: dict[str, FoundObject]
    now: datetime


@dataclass
class Rows:
    """The rows that one batch inserts."""

    invoices: list[Invoice] = field(default_factory=list)
    lines: list[InvoiceLine] = field(default_factory=list)
    journal: list[JournalEntry | None] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    moves: list[Transition] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    parts: list[PaidPart] = field(default_factory=list)
    carried: list[NextLine] = field(default_factory=list)
    used: list[NextLine] = field(default_factory=list)
    taken_over: list[FoundObject] = field(default_factory=list)


def add(
    rows: Rows,
    batch: Found,
    period: Billable,
    invoice: Invoice,
    lines: list[InvoiceLine],
    spent: int,
) -> None:
    """Add what an invoice inserts: its lines, journal and collection, and the credit `spent`."""
    now = batch.now
    rows.invoices.append(invoice)
    rows.lines += lines
    moves = [("invoice", Account.RECEIVABLE, Account.REVENUE, invoice.subtotal)]
    tax_account = paid_parts.tax_account(invoice)
    moves.append(("invoice", Account.RECEIVABLE, tax_account, invoice.tax))
    if spent:
        _spend_credit(rows, batch, invoice, spent)
        moves.append(("credit_used", Account.CREDIT, Account.RECEIVABLE, spent))
    rows.journal += [
        ledger.build_entry(invoice, kind, invoice.pk, debit, credit, amount, invoice.issued_on, now)
        for kind, debit, credit, amount in moves
    ]
    by_card = invoice.collect_by == CollectBy.CARD
    known_there = batch.known_there.get(str(invoice.reference)) if by_card else None
    collection = _collection(batch, period, invoice, invoice.total - spent, known_there)
    rows.taken_over += [known_there] if known_there else []
    rows.collections.append(collection)
    why = "issued" if collection.state != CollectionState.DONE else "paid from credit"
    rows.moves.append(
        transitions.build_transition(collection, "collection", "", collection.state, why, now)
    )


def _spend_credit(rows: Rows, batch: Found, invoice: Invoice, spent: int) -> None:
    """Add the part and the allocation of the credit that pays for this invoice."""
    part = paid_parts.build_part(
        invoice,
        paid_parts.Settled(0, [0] * len(invoice.taxes)),
        by=SettledBy.BALANCE,
        ref=invoice.pk,
        gross=spent,
        on=invoice.issued_on,
        now=batch.now,
    )
    rows.parts.append(part)
    rows.journal.append(paid_parts.tax_entry(invoice, part, batch.now))
    batch.credit[invoice.client_id, invoice.currency] -= spent
    rows.allocations.append(
        Allocation(
            business_id=invoice.business_id,
            invoice=invoice,
            by=SettledBy.BALANCE,
            ref=invoice.pk,
            amount=spent,
            created_at=batch.now,
        )
    )


def _collection(
    batch: Found, period: Billable, invoice: Invoice, left: int, known_there: FoundObject | None
) -> Collection:
    """Return how the invoice is collected: by card, by transfer, or not at all if credit paid.

    `known_there` is the gateway's object for the same, made before the database went back.
    """
    by_card = invoice.collect_by == CollectBy.CARD
    now = batch.now
    state, next_at = (
        CollectionState.READY,
        now if invoice.client_id in batch.carded else now + PATIENCE,
    )
    if not by_card:
        state, next_at = CollectionState.SENT, compose_invoice.first_reminder(period, invoice)
    elif isinstance(period, OneOff) and invoice.due_on > invoice.issued_on:
        next_at = local_instant(invoice.due_on, period.charge_hour, period.time_zone)
    if known_there and known_there.outcome == Outcome.SUCCEEDED:
        state, next_at = CollectionState.WAIT, now
    return Collection(
        business_id=invoice.business_id,
        invoice_id=invoice.pk,
        gateway=batch.gateways[invoice.business_id] if by_card else BANK_TRANSFER,
        prepare_key=derived_ids.first_key(invoice.reference),
        handle=known_there.handle if known_there else None,
        amount=known_there.amount if known_there else None,
        state=state if left else CollectionState.DONE,
        next_at=next_at if left else None,
        created_at=now,
    )


def insert(
    rows: Rows, series_numbers: dict[UUID, document_numbers.LockedSeries], now: datetime
) -> None:
    """Insert invoices with what belongs to them, and save the numbers they took."""
    document_numbers.save_series(series_numbers.values(), now=now)
    insert_rows(rows.invoices)
    insert_rows(rows.lines)
    ledger.append_entries(rows.journal)
    insert_rows(rows.allocations)
    insert_rows(rows.parts)
    insert_rows(rows.collections)
    insert_rows(rows.moves)
    if taken := [found.pk for found in rows.taken_over]:
        FoundObject.objects.filter(pk__in=taken).update(taken_at=now)


def use_lines(rows: Rows) -> None:
    """Store on each waiting line which invoice took it.

    Lines carried within this batch are inserted with their invoice. In one batch, one invoice takes
    all waiting lines of its agreement, so a single short UPDATE is enough.
    """
    carried = {line.pk for line in rows.carried}
    waited = [line for line in rows.used if line.pk not in carried]
    takers = Invoice.objects.filter(
        pk__in={line.invoice_id for line in waited}, agreement=OuterRef("agreement")
    )
    NextLine.objects.filter(pk__in=[line.pk for line in waited]).update(
        invoice=Subquery(takers.values("pk"))
    )
