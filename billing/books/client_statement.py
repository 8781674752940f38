"""Client statements: a client's documents in order, with a running balance; totals by month.

The statement has every invoice, credit note, payment, refund, withholding certificate and write-off
of a client, and a balance in each currency (rule 13). The totals by month are for the accountant.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from billing.models import (
    Allocation,
    CreditNote,
    Dispute,
    Invoice,
    JournalEntry,
    Payment,
    PaymentReversal,
    Refund,
    WithholdingCertificate,
)
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules.states import DisputeState, RefundState
from clients.models import Client
from core import money
from core.dates import local_day
from core.models import Business
from core.tables.spreadsheet import plain


@dataclass(frozen=True)
class StatementEntry:
    """One entry of a client statement. Amounts are minor units.

    `amount` is positive if the client owes more by this entry, and negative if less. `balance` is
    the balance in this currency after the entry. `on` is a day in the business's time zone.
    """

    on: date
    what: str
    number: str
    currency: str
    amount: int
    balance: int = 0


@dataclass(frozen=True)
class MonthTotals:
    """What was billed and paid in one month, in one currency. Amounts are minor units.

    `month` is the first day of the month. `tax` is the tax that fell due in it.
    """

    month: date
    currency: str
    invoiced: int
    tax: int
    credited: int
    received: int
    refunded: int


def statement_entries(client: Client, *, until: date | None = None) -> list[StatementEntry]:
    """Return the client's statement up to the day `until`, oldest entry first.

    Each currency has its own running balance; a client's credit is a negative balance. The texts
    are in the active language.
    """
    zone = client.business.time_zone
    statement = [
        *_issued(client),
        *_paid(client, zone),
        *_refunds(client, zone),
        *_settled_otherwise(client, zone),
    ]
    kept = sorted(
        (entry for entry in statement if until is None or entry.on <= until),
        key=lambda entry: entry.on,
    )
    return list(_running(kept))


def _issued(client: Client) -> Iterator[StatementEntry]:
    for row in _of(Invoice, client):
        yield StatementEntry(row.issued_on, _("Invoice"), row.number, row.currency, row.total)
    for row in _of(CreditNote, client):
        yield StatementEntry(row.issued_on, _("Credit note"), row.number, row.currency, -row.total)


def _paid(client: Client, zone: str) -> Iterator[StatementEntry]:
    for row in _of(Payment, client):
        on = local_day(row.received_at, zone)
        yield StatementEntry(on, _("Payment"), row.receipt_number, row.currency, -row.amount)
    for row in _of(PaymentReversal, client).select_related("payment"):
        number, what = row.payment.receipt_number, _("Payment taken back")
        yield StatementEntry(row.on, what, number, row.currency, row.amount)


def _settled_otherwise(client: Client, zone: str) -> Iterator[StatementEntry]:
    """The certificates that came in, and what was written off."""
    for row in _of(WithholdingCertificate, client):
        if row.received_on:
            what = _("Withholding certificate")
            yield StatementEntry(row.received_on, what, row.number, row.currency, -row.amount)
    written_off = Allocation.objects.filter(invoice__client=client, by=SettledBy.WRITE_OFF)
    for row in written_off.select_related("invoice"):
        on, invoice = local_day(row.created_at, zone), row.invoice
        what = _("Written off")
        yield StatementEntry(on, what, invoice.number, invoice.currency, -row.amount)


def _refunds(client: Client, zone: str) -> Iterator[StatementEntry]:
    """Yield the refunds that arrived, and what was booked as a loss of each (rule 50)."""
    rows = _of(Refund, client).filter(state=RefundState.SUCCEEDED, finished_at__isnull=False)
    for row in rows.select_related("payment"):
        on, number = local_day(row.finished_at, zone), row.payment.receipt_number
        yield StatementEntry(on, _("Refund"), number, row.currency, row.amount)
        if row.uncovered:
            yield StatementEntry(on, _("Written off"), number, row.currency, -row.uncovered)


def _of(model: type, client: Client):  # type: ignore[no-untyped-def]  # a queryset of `model`
    """Its rows of a client, in the order in which they were made."""
    return model.objects.filter(client=client).order_by("pk")  # type: ignore[attr-defined]


def _running(statement: Iterable[StatementEntry]) -> Iterable[StatementEntry]:
    totals: dict[str, int] = {}
    for entry in statement:
        totals[entry.currency] = totals.get(entry.currency, 0) + entry.amount
        yield StatementEntry(
            entry.on,
            entry.what,
            entry.number,
            entry.currency,
            entry.amount,
            totals[entry.currency],
        )


def client_balances(client: Client) -> dict[str, int]:
    """Compute from the journal what the client owes in each currency, in minor units.

    Credit of the client is negative.
    """
    owed: dict[str, int] = {}
    accounts = {Account.RECEIVABLE, Account.CREDIT, Account.REFUNDING}
    rows = JournalEntry.objects.filter(client=client).values_list(
        "currency", "debit", "credit", "amount"
    )
    for currency, debit, credit, amount in rows:
        moved = (amount if debit in accounts else 0) - (amount if credit in accounts else 0)
        owed[currency] = owed.get(currency, 0) + moved
    return owed


def statement_csv(statement: Iterable[StatementEntry]) -> str:
    """Write a client statement as CSV. Numbers that look like a spreadsheet formula are escaped."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_("Date"), _("What"), _("Number"), _("Currency"), _("Amount"), _("Balance")])
    for entry in statement:
        amount, balance = (
            money.to_decimal(value, entry.currency) for value in (entry.amount, entry.balance)
        )
        writer.writerow(
            [entry.on.isoformat(), entry.what, plain(entry.number), entry.currency, amount, balance]
        )
    return buffer.getvalue()


def totals_by_month(business: Business) -> list[MonthTotals]:
    """Return what was invoiced, credited, received and refunded in each month, newest month first.

    Within a month the business's own currency comes first, then the others by their code.
    Months are those of the business's time zone. Only refunds that arrived are counted. Tax is that
    of the journal: it counts in the month in which it falls due, by invoice or by payment (rule
    43). A payment counts on the day the money arrived, and one that was recorded by mistake is
    taken off on the day it was taken back.
    """
    sums: dict[tuple[date, str], dict[str, int]] = {}

    def add(on: date, currency: str, column: str, amount: int) -> None:
        row = sums.setdefault((on.replace(day=1), currency), {})
        row[column] = row.get(column, 0) + amount

    of_business, zone = {"business": business}, business.time_zone
    for on, currency, total in Invoice.objects.filter(**of_business).values_list(
        "issued_on", "currency", "total"
    ):
        add(on, currency, "invoiced", total)
    tax = Q(debit=Account.TAX) | Q(credit=Account.TAX)
    for on, currency, debit, amount in JournalEntry.objects.filter(tax, **of_business).values_list(
        "on", "currency", "debit", "amount"
    ):
        add(on, currency, "tax", -amount if debit == Account.TAX else amount)
    notes = CreditNote.objects.filter(**of_business).values_list("issued_on", "currency", "total")
    for on, currency, total in notes:
        add(on, currency, "credited", total)
    for at, currency, amount in Payment.objects.filter(**of_business).values_list(
        "received_at", "currency", "amount"
    ):
        add(local_day(at, zone), currency, "received", amount)
    reversals = PaymentReversal.objects.filter(**of_business)
    for on, currency, applied, beyond in reversals.values_list(
        "on", "currency", "applied", "beyond"
    ):
        add(on, currency, "received", -(applied + beyond))
    refunds = Refund.objects.filter(
        **of_business, state=RefundState.SUCCEEDED, finished_at__isnull=False
    )
    for finished_at, currency, amount in refunds.values_list("finished_at", "currency", "amount"):
        if finished_at:
            add(local_day(finished_at, zone), currency, "refunded", amount)
    columns = ("invoiced", "tax", "credited", "received", "refunded")
    rows = [
        MonthTotals(month, currency, *(row.get(column, 0) for column in columns))
        for (month, currency), row in sums.items()
    ]
    rows.sort(key=lambda row: (row.currency != business.currency, row.currency))
    return sorted(rows, key=lambda row: row.month, reverse=True)


def totals_csv(rows: Iterable[MonthTotals]) -> str:
    """Write the totals by month as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    headings = [
        _("Month"),
        _("Currency"),
        _("Invoiced"),
        _("Tax due"),
        _("Credited"),
        _("Received"),
        _("Refunded"),
    ]
    writer.writerow(headings)
    for row in rows:
        amounts = (row.invoiced, row.tax, row.credited, row.received, row.refunded)
        writer.writerow(
            [
                row.month.strftime("%Y-%m"),
                row.currency,
                *(money.to_decimal(amount, row.currency) for amount in amounts),
            ]
        )
    return buffer.getvalue()


def open_disputes(client: Client) -> list[Dispute]:
    """Return the disputes of this client that the bank has not decided yet."""
    return list(Dispute.objects.filter(client=client, state=DisputeState.OPEN))
