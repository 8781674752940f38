"""Books money that was received: payment, receipt number, allocation and journal entries.

Everything is written in the caller's transaction, and the caller has locked the collections. What
exceeds the amount owed becomes client credit. A payment counts on the day on which the money
arrived, in the journal, the statement, the totals and for its tax; its receipt is issued, and
numbered, on the day on which the payment is recorded, and names both days (rule 43).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count

from billing.books import document_numbers, fees_taken, ledger, owing, owner_news, paid_parts
from billing.models import (
    Allocation,
    Charge,
    Collection,
    Invoice,
    JournalEntry,
    PaidPart,
    Payment,
    PaymentReversal,
    WithholdingCertificate,
)
from billing.models.certificate import CERTIFICATE, CertificateState
from billing.models.journal import Account
from billing.models.numbering import SeriesKind
from billing.models.payment import SettledBy
from billing.rules import derived_ids
from billing.rules.states import BANK_TRANSFER, INVOICE, InvoiceState
from core.database.insert_rows import insert_rows
from core.database.state_moves import move, move_all
from core.dates import local_day
from core.outbox import emails


@dataclass(frozen=True)
class ReceivedPayment:
    """Money received for an invoice (load it with its business).

    `amount` is in minor units of the invoice's currency, with the `fee` that a bank took off it.
    `reference` is unique per gateway; see `Payment`.
    """

    invoice: Invoice
    amount: int
    gateway: str
    reference: str
    label: str
    received_at: datetime
    charge: Charge | None = None
    fee: int = 0


def _part(
    received: ReceivedPayment,
    payment: Payment,
    before: paid_parts.Settled,
    applied: int,
    owed: int,
    on: date,
    now: datetime,
) -> PaidPart:
    """The part of the invoice that the payment settles; `owed` is what it leaves open."""
    expected = _expected_withholding(received, owed)
    withheld = expected if expected == owed else 0
    return paid_parts.build_part(
        received.invoice,
        before,
        by=SettledBy.PAYMENT,
        ref=payment.pk,
        gross=applied + withheld,
        on=on,
        now=now,
        withheld=withheld,
        beyond=received.amount - applied,
        left=owed - expected,
    )


def book_payments(arrived: Sequence[ReceivedPayment], *, now: datetime) -> list[Payment]:
    """Book received money, mark invoices paid in full as paid, and queue the emails about it."""
    if not arrived:
        return []
    owed = owing.amounts_owed([received.invoice for received in arrived])
    businesses = {received.invoice.business_id: received.invoice.business for received in arrived}
    series_numbers = _lock_series(arrived, now)
    before = paid_parts.settled_before([received.invoice for received in arrived])
    returns = _returns([received.invoice for received in arrived])
    payments, allocations, parts = [], [], []
    journal = list[JournalEntry | None]()
    for received in arrived:
        invoice = received.invoice
        numbers = series_numbers[invoice.tax_on_payment][invoice.business_id]
        payment = _payment(received, numbers, returns.get(invoice.pk, 0), now)
        payments.append(payment)
        applied = min(received.amount, max(0, owed[invoice.pk]))
        if applied:
            allocations.append(_allocation(payment, invoice, applied, now))
        owed[invoice.pk] -= applied
        on = local_day(received.received_at, businesses[invoice.business_id].time_zone)
        open_now = owed[invoice.pk]
        parts.append(_part(received, payment, before[invoice.pk], applied, open_now, on, now))
        journal += _journal(payment, applied, on, now)
        journal.append(paid_parts.tax_entry(invoice, parts[-1], now))
    for locked in series_numbers.values():
        document_numbers.save_series(locked.values(), now=now)
    insert_rows(payments)
    insert_rows(allocations)
    insert_rows(parts)
    ledger.append_entries(journal)
    _book_fees(zip(payments, arrived, strict=True), now)
    mark_paid([received.invoice for received in arrived if not owed[received.invoice.pk]])
    emails.post(
        "receipt",
        [(str(payment.pk), businesses[payment.business_id]) for payment in payments],
        now=now,
    )
    owner_news.tell(payments, businesses, now=now)
    return payments


def _book_fees(pairs: Iterable[tuple[Payment, ReceivedPayment]], now: datetime) -> None:
    taken = [(row, received) for row, received in pairs if received.fee]
    if taken:
        fees = [fees_taken.of_transfer(row, received.fee, now) for row, received in taken]
        zones = [received.invoice.business.time_zone for _row, received in taken]
        fees_taken.book(fees, zones, now)


def _lock_series(
    arrived: Sequence[ReceivedPayment], now: datetime
) -> dict[bool, dict[UUID, document_numbers.LockedSeries]]:
    """Lock the series of receipts, and of tax receipts where tax falls due on payment (True).

    A receipt is numbered on the day on which it is issued, in the business's time zone.
    """
    locked = {}
    for on_payment, kind in ((False, SeriesKind.RECEIPT), (True, SeriesKind.TAX_RECEIPT)):
        businesses = {
            received.invoice.business_id: received.invoice.business
            for received in arrived
            if received.invoice.tax_on_payment == on_payment
        }
        days = {pk: local_day(now, business.time_zone) for pk, business in businesses.items()}
        if days:
            locked[on_payment] = document_numbers.lock_series(dict.fromkeys(days, kind), days)
    return locked


def _expected_withholding(received: ReceivedPayment, left: int) -> int:
    """Return how much of what is left after a transfer the client withholds; minor units.

    If that is all, the client has withheld it: no more money comes.
    """
    if received.gateway != BANK_TRANSFER or not received.invoice.withholding:
        return 0
    return min(left, owing.withholding_expected(received.invoice))


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
    certificate, _made = WithholdingCertificate.objects.get_or_create(
        invoice=invoice, defaults={**fields, "amount": expected, "created_at": now}
    )
    if certificate.state == CertificateState.NOT_NEEDED:
        move(certificate, CertificateState.OWED, CERTIFICATE)
    Collection.objects.filter(invoice=invoice).update(next_at=None, reason="")
    return True


def _returns(invoices: Sequence[Invoice]) -> dict[UUID, int]:
    """Return how many charged payments of each invoice were returned by a bank."""
    rows = PaymentReversal.objects.filter(
        payment__invoice__in=invoices, payment__charge__isnull=False
    )
    return dict(rows.order_by().values_list("payment__invoice").annotate(Count("pk")))


def _payment(
    received: ReceivedPayment,
    series_numbers: document_numbers.LockedSeries,
    returns: int,
    now: datetime,
) -> Payment:
    seq, number = series_numbers.next(
        derived_ids.paper(received.gateway, received.reference, received.amount)
    )
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
        after_returns=returns,
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


def _journal(payment: Payment, applied: int, on: date, now: datetime) -> list[JournalEntry | None]:
    parts = ((Account.RECEIVABLE, applied), (Account.CREDIT, payment.amount - applied))
    return [
        ledger.build_entry(payment, "payment", payment.pk, Account.CASH, account, amount, on, now)
        for account, amount in parts
    ]
