"""A client's account as they would read it: every invoice, payment, credit, refund and certificate in order, with
the running balance in each currency (rule 13); and the month's totals for the accountant."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from billing.models import (
    Allocation,
    CreditNote,
    Dispute,
    Invoice,
    JournalEntry,
    Payment,
    Refund,
    WithholdingCertificate,
)
from billing.models.journal import Account
from billing.models.payment import SettledBy
from clients.models import Client
from core import money
from core.dates import local_day
from core.models import Business
from core.tables.spreadsheet import plain

OURS = (Account.RECEIVABLE, Account.CREDIT, Account.REFUNDING, Account.WITHHELD)


@dataclass(frozen=True)
class Entry:
    """One fact. `amount` is minor units: what the client owes more (+) or less (−); `balance` is after it."""

    on: date
    what: str
    number: str
    currency: str
    amount: int
    balance: int = 0


@dataclass(frozen=True)
class Totals:
    """One month in one currency, minor units."""

    month: date
    currency: str
    invoiced: int
    tax: int
    credited: int
    received: int
    refunded: int


def entries(client: Client, *, until: date | None = None) -> list[Entry]:
    """Oldest first, each currency with its own running balance; a client's credit is a negative balance."""
    zone = client.business.time_zone
    found = [
        *(
            Entry(row.issued_on, _("Invoice"), row.number, row.currency, row.total)
            for row in _of(Invoice, client)
        ),
        *(
            Entry(row.issued_on, _("Credit note"), row.number, row.currency, -row.total)
            for row in _of(CreditNote, client)
        ),
        *(
            Entry(
                local_day(row.received_at, zone),
                _("Payment"),
                row.receipt_number,
                row.currency,
                -row.amount,
            )
            for row in _of(Payment, client)
        ),
        *(
            Entry(
                local_day(row.finished_at, zone),
                _("Refund"),
                row.payment.receipt_number,
                row.currency,
                row.amount,
            )
            for row in _of(Refund, client).filter(state="succeeded").select_related("payment")
            if row.finished_at
        ),
        *(
            Entry(
                row.received_on, _("Withholding certificate"), row.number, row.currency, -row.amount
            )
            for row in _of(WithholdingCertificate, client)
            if row.received_on
        ),
        *(
            Entry(
                local_day(row.created_at, zone),
                _("Written off"),
                row.invoice.number,
                row.invoice.currency,
                -row.amount,
            )
            for row in Allocation.objects.filter(
                invoice__client=client, by=SettledBy.WRITE_OFF
            ).select_related("invoice")
        ),
    ]
    kept = sorted(
        (each for each in found if until is None or each.on <= until), key=lambda each: each.on
    )
    return list(_running(kept))


def _of(model: type, client: Client):  # type: ignore[no-untyped-def]  # one model's rows of this client
    return model.objects.filter(client=client)  # type: ignore[attr-defined]


def _running(rows: Iterable[Entry]) -> Iterable[Entry]:
    balances: dict[str, int] = {}
    for row in rows:
        balances[row.currency] = balances.get(row.currency, 0) + row.amount
        yield Entry(row.on, row.what, row.number, row.currency, row.amount, balances[row.currency])


def balances(client: Client) -> dict[str, int]:
    """What the client owes in each currency (credit is negative), from the journal."""
    found: dict[str, int] = {}
    accounts = {Account.RECEIVABLE, Account.CREDIT, Account.REFUNDING}
    rows = JournalEntry.objects.filter(client=client).values_list(
        "currency", "debit", "credit", "amount"
    )
    for currency, debit, credit, amount in rows:
        moved = (amount if debit in accounts else 0) - (amount if credit in accounts else 0)
        found[currency] = found.get(currency, 0) + moved
    return found


def as_csv(rows: Iterable[Entry]) -> str:
    """The statement for a spreadsheet; a cell that would be a formula there is text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Date"), _("What"), _("Number"), _("Currency"), _("Amount"), _("Balance")])
    for row in rows:
        amount, balance = (
            money.to_decimal(value, row.currency) for value in (row.amount, row.balance)
        )
        writer.writerow(
            [row.on.isoformat(), row.what, plain(row.number), row.currency, amount, balance]
        )
    return out.getvalue()


def by_month(business: Business) -> list[Totals]:
    """For the accountant: what was invoiced, credited, received and refunded, newest month first."""
    sums: dict[tuple[date, str], dict[str, int]] = {}

    def add(on: date, currency: str, column: str, amount: int) -> None:
        row = sums.setdefault((on.replace(day=1), currency), {})
        row[column] = row.get(column, 0) + amount

    own, zone = {"business": business}, business.time_zone
    for on, currency, total, tax in Invoice.objects.filter(**own).values_list(
        "issued_on", "currency", "total", "tax"
    ):
        add(on, currency, "invoiced", total)
        add(on, currency, "tax", tax)
    notes = CreditNote.objects.filter(**own).values_list("issued_on", "currency", "total", "tax")
    for on, currency, total, tax in notes:
        add(on, currency, "credited", total)
        add(on, currency, "tax", -tax)
    for at, currency, amount in Payment.objects.filter(**own).values_list(
        "received_at", "currency", "amount"
    ):
        add(local_day(at, zone), currency, "received", amount)
    back = Refund.objects.filter(**own, state="succeeded", finished_at__isnull=False)
    for finished_at, currency, amount in back.values_list("finished_at", "currency", "amount"):
        if finished_at:
            add(local_day(finished_at, zone), currency, "refunded", amount)
    columns = ("invoiced", "tax", "credited", "received", "refunded")
    return [
        Totals(month, currency, *(row.get(column, 0) for column in columns))
        for (month, currency), row in sorted(sums.items(), reverse=True)
    ]


def totals_csv(rows: Iterable[Totals]) -> str:
    """The months for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [
        _("Month"),
        _("Currency"),
        _("Invoiced"),
        _("Tax"),
        _("Credited"),
        _("Received"),
        _("Refunded"),
    ]
    writer.writerow(heads)
    for row in rows:
        sums = (row.invoiced, row.tax, row.credited, row.received, row.refunded)
        writer.writerow(
            [
                row.month.strftime("%Y-%m"),
                row.currency,
                *(money.to_decimal(s, row.currency) for s in sums),
            ]
        )
    return out.getvalue()


def open_disputes(client: Client) -> list[Dispute]:
    """Payments of this client that are contested."""
    return list(Dispute.objects.filter(client=client, state="open"))
