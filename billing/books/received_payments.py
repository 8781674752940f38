"""Books money that was received: payment, receipt number, allocation and journal entries.

Everything is written in the caller's transaction, and the caller has locked the collections. What
exceeds the amount owed becomes client credit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.books import document_numbers, ledger, owing
from billing.models import (
    Allocation,
    Charge,
    Collection,
    Invoice,
    JournalEntry,
    Payment,
    WithholdingCertificate,
)
from billing.models.invoice import SeriesKind
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules.states import INVOICE, InvoiceState
from core.database.state_moves import move_all
from core.dates import local_day
from core.outbox import emails


@dataclass(frozen=True)
class ReceivedPayment:
    """Money received for an invoice (load it with its business).

    `amount` is in minor units of the invoice's currency. `reference` is unique per gateway; see
    `Payment`.
    """

    invoice: Invoice
    amount: int
    gateway: str
    reference: str
    label: str
    received_at: datetime
    charge: Charge | None = None


def book_payments(arrived: Sequence[ReceivedPayment], *, now: datetime) -> list[Payment]:
    """Book received money, mark invoices paid in full as paid, and queue the receipt emails."""
    if not arrived:
        return []
    owed = owing.amounts_owed([received.invoice for received in arrived])
    businesses = {received.invoice.business_id: received.invoice.business for received in arrived}
    kinds = {
        pk: SeriesKind.TAX_RECEIPT if business.tax_on_payment else SeriesKind.RECEIPT
        for pk, business in businesses.items()
    }
    days = {pk: local_day(now, business.time_zone) for pk, business in businesses.items()}
    series_numbers = document_numbers.lock_series(kinds, days)
    payments, allocations, journal = [], [], list[JournalEntry | None]()
    for received in arrived:
        payment = _payment(received, series_numbers[received.invoice.business_id], now)
        payments.append(payment)
        applied = min(received.amount, max(0, owed[received.invoice.pk]))
        if applied:
            allocations.append(_allocation(payment, received.invoice, applied, now))
        owed[received.invoice.pk] -= applied
        journal += _journal(payment, applied, series_numbers[received.invoice.business_id], now)
    document_numbers.save_series(series_numbers.values())
    Payment.objects.bulk_create(payments)
    Allocation.objects.bulk_create(allocations)
    ledger.append_entries(journal)
    mark_paid([received.invoice for received in arrived if not owed[received.invoice.pk]])
    emails.post(
        "receipt",
        [(str(payment.pk), businesses[payment.business_id]) for payment in payments],
        now=now,
    )
    return payments


def mark_paid(invoices: Sequence[Invoice]) -> None:
    """Mark open invoices on which nothing is owed any more as paid."""
    move_all(
        [row for row in invoices if row.state == InvoiceState.OPEN], InvoiceState.PAID, INVOICE
    )


def await_certificate(invoice: Invoice, *, now: datetime) -> bool:
    """Whether nothing is left of an invoice but tax that the client may withhold (rule 19).

    If so, the withholding certificate becomes owed, and no more payment reminders are sent. Call it
    only where the money is transferred: a card is charged the whole sum.
    """
    left, expected = owing.amount_owed(invoice), owing.withholding_expected(invoice)
    if not 0 < left <= expected:
        return False
    fields = {
        "business_id": invoice.business_id,
        "client_id": invoice.client_id,
        "currency": invoice.currency,
    }
    WithholdingCertificate.objects.get_or_create(
        invoice=invoice, defaults={**fields, "amount": expected, "created_at": now}
    )
    Collection.objects.filter(invoice=invoice).update(next_at=None, reason="")
    return True


def _payment(
    received: ReceivedPayment, series_numbers: document_numbers.LockedSeries, now: datetime
) -> Payment:
    seq, number = series_numbers.next()
    return Payment(
        business_id=received.invoice.business_id,
        client_id=received.invoice.client_id,
        invoice=received.invoice,
        charge=received.charge,
        gateway=received.gateway,
        reference=received.reference,
        currency=received.invoice.currency,
        amount=received.amount,
        method_label=received.label[:60],
        received_at=received.received_at,
        series=series_numbers.series,
        seq=seq,
        receipt_number=number,
        created_at=now,
    )


def _allocation(payment: Payment, invoice: Invoice, amount: int, now: datetime) -> Allocation:
    return Allocation(
        business_id=payment.business_id,
        invoice=invoice,
        by=SettledBy.PAYMENT,
        ref=payment.pk,
        amount=amount,
        created_at=now,
    )


def _journal(
    payment: Payment, applied: int, series_numbers: document_numbers.LockedSeries, now: datetime
) -> list[JournalEntry | None]:
    parts = ((Account.RECEIVABLE, applied), (Account.CREDIT, payment.amount - applied))
    return [
        ledger.build_entry(
            payment, "payment", payment.pk, Account.CASH, account, amount, series_numbers.on, now
        )
        for account, amount in parts
    ]
