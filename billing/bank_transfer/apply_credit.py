"""Lets client credit pay the invoices that wait for a transfer, the oldest first (rule 44).

Credit that is left pays the next invoice when it is issued, as before. A card is never involved:
an invoice that a card pays is charged what it asks.
"""

import uuid
from datetime import datetime

from django.db import transaction

from billing.books import ledger, owing, paid_parts, received_payments, transitions
from billing.charging import cancel_invoice
from billing.models import Allocation, Invoice
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules.states import CollectionState, InvoiceState
from clients.models import Client
from core.dates import local_day


def apply_credit(*, client: Client, currency: str, now: datetime) -> int:
    """Apply the client's credit in one currency; return how much was applied, in minor units."""
    waiting = Invoice.objects.filter(
        client=client,
        currency=currency,
        state=InvoiceState.OPEN,
        collection__state=CollectionState.SENT,
    )
    with transaction.atomic():
        ledger.lock_clients([client.pk])
        return sum(_pay(invoice, now) for invoice in waiting.order_by("issued_on", "seq"))


def _pay(invoice: Invoice, now: datetime) -> int:
    """Pay one invoice as far as the credit goes; withheld tax is left to its certificate."""
    collection = cancel_invoice.lock_collection(invoice)
    row = collection.invoice
    if row.state != InvoiceState.OPEN or collection.state != CollectionState.SENT:
        return 0
    left, withheld = owing.amount_owed(row), owing.withholding_expected(row)
    credit = ledger.client_credit(row.client_id, row.currency)
    amount = min(credit, max(0, left - withheld))
    if amount <= 0:
        return 0
    ref, today = uuid.uuid4(), local_day(now, row.business.time_zone)
    Allocation.objects.create(
        business_id=row.business_id,
        invoice=row,
        by=SettledBy.BALANCE,
        ref=ref,
        amount=amount,
        created_at=now,
    )
    is_all = amount == left - withheld
    gross = amount + (withheld if is_all else 0)
    paid_parts.settle_part(row, by=SettledBy.BALANCE, ref=ref, gross=gross, on=today, now=now)
    entry = ledger.build_entry(
        row, "credit_used", ref, Account.CREDIT, Account.RECEIVABLE, amount, today, now
    )
    ledger.append_entries([entry])
    if not owing.amount_owed(row):
        received_payments.mark_paid([row])
        transitions.move_collection(
            collection,
            CollectionState.DONE,
            now=now,
            why="paid from credit",
            next_at=None,
            reason="",
        )
    elif is_all:
        received_payments.await_certificate(row, now=now)
    return amount
