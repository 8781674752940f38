"""Money that came in becomes payment, receipt number, allocation and journal; in the caller's transaction.

The caller holds the collections' locks. What is more than the invoice owes is client credit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.books import ledger, numbers, owing
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
class Received:
    """Money for an invoice (select_related business). `amount` is minor units of the invoice's currency."""

    invoice: Invoice
    amount: int
    gateway: str
    reference: str
    label: str
    received_at: datetime
    charge: Charge | None = None


def take(arrived: Sequence[Received], *, now: datetime) -> list[Payment]:
    """Write it down; invoices that owe nothing any more are paid, and receipts are announced."""
    if not arrived:
        return []
    owed = owing.of([each.invoice for each in arrived])
    businesses = {each.invoice.business_id: each.invoice.business for each in arrived}
    kinds = {
        pk: SeriesKind.TAX_RECEIPT if business.tax_on_payment else SeriesKind.RECEIPT
        for pk, business in businesses.items()
    }
    days = {pk: local_day(now, business.time_zone) for pk, business in businesses.items()}
    series_numbers = numbers.lock(kinds, days)
    payments, allocations, journal = [], [], list[JournalEntry | None]()
    for each in arrived:
        payment = _payment(each, series_numbers[each.invoice.business_id], now)
        payments.append(payment)
        used = min(each.amount, max(0, owed[each.invoice.pk]))
        if used:
            allocations.append(_allocation(payment, each.invoice, used, now))
        owed[each.invoice.pk] -= used
        journal += _journal(payment, used, series_numbers[each.invoice.business_id], now)
    numbers.keep(series_numbers.values())
    Payment.objects.bulk_create(payments)
    Allocation.objects.bulk_create(allocations)
    ledger.write(journal)
    mark_paid([each.invoice for each in arrived if not owed[each.invoice.pk]])
    emails.post(
        "receipt", [(str(row.pk), businesses[row.business_id]) for row in payments], now=now
    )
    return payments


def mark_paid(invoices: Sequence[Invoice]) -> None:
    """Those that owe nothing any more."""
    move_all(
        [row for row in invoices if row.state == InvoiceState.OPEN], InvoiceState.PAID, INVOICE
    )


def only_the_certificate_is_missing(invoice: Invoice, *, now: datetime) -> bool:
    """Whether all came but what the client withheld; then its certificate is owed, and no letter asks for money."""
    left = owing.owed(invoice)
    if not left or left != owing.withholding(invoice):
        return False
    fields = {
        "business_id": invoice.business_id,
        "client_id": invoice.client_id,
        "currency": invoice.currency,
    }
    WithholdingCertificate.objects.get_or_create(
        invoice=invoice, defaults={**fields, "amount": left, "created_at": now}
    )
    Collection.objects.filter(invoice=invoice).update(next_at=None, reason="")
    return True


def _payment(each: Received, series_numbers: numbers.Numbers, now: datetime) -> Payment:
    seq, text = series_numbers.next()
    return Payment(
        business_id=each.invoice.business_id,
        client_id=each.invoice.client_id,
        invoice=each.invoice,
        charge=each.charge,
        gateway=each.gateway,
        reference=each.reference,
        currency=each.invoice.currency,
        amount=each.amount,
        method_label=each.label[:60],
        received_at=each.received_at,
        series=series_numbers.series,
        seq=seq,
        receipt_number=text,
        created_at=now,
    )


def _allocation(payment: Payment, invoice: Invoice, used: int, now: datetime) -> Allocation:
    return Allocation(
        business_id=payment.business_id,
        invoice=invoice,
        by=SettledBy.PAYMENT,
        ref=payment.pk,
        amount=used,
        created_at=now,
    )


def _journal(
    payment: Payment, used: int, series_numbers: numbers.Numbers, now: datetime
) -> list[JournalEntry | None]:
    parts = ((Account.RECEIVABLE, used), (Account.CREDIT, payment.amount - used))
    return [
        ledger.entry(
            payment, "payment", payment.pk, Account.CASH, account, amount, series_numbers.on, now
        )
        for account, amount in parts
    ]
