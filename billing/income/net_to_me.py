"""Net to me: every movement of money of some days, and what is left of it (rule 69).

A fixed number of queries finds the lines, however many there are. Months are sums of the same
lines, so a list always adds up to its month. Tax counts in the month of the payment that has it in.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.models import (
    CreditNote,
    Dispute,
    FeeLookup,
    GatewayFee,
    JournalEntry,
    PaidPart,
    Payment,
    Refund,
)
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules.net import ORDER, Fee, FeeState, Kind, Line
from billing.rules.states import BANK_TRANSFER, FeeOf, RefundState
from clients.models import Client
from core.dates import local_day, local_instant
from core.models import Business
from core.money import to_decimal

#: The columns of payments that a line needs: a year of many clients has thousands of payments.
READ_OF_PAYMENTS = (
    *("amount", "currency", "gateway", "method_label"),
    *("client__name", "invoice__number"),
)

#: Settlements that bring tax, and no money in the moment.
WITHOUT_MONEY = {SettledBy.BALANCE: Kind.CREDIT, SettledBy.CERTIFICATE: Kind.CERTIFICATE}


@dataclass(frozen=True)
class About:
    """What a page shows of a line. `detail` are the gateway's own words for parts of a fee."""

    client: str
    client_id: UUID
    invoice_id: UUID
    number: str
    method: str = ""
    state: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Asked:
    """Whose lines of which days are asked for; `last` is exclusive."""

    business: Business
    first: date
    last: date
    client: Client | None

    @property
    def rows(self) -> dict[str, Any]:
        """The filter of rows that have a client."""
        return {"business": self.business} | ({"client": self.client} if self.client else {})

    @property
    def of_invoices(self) -> dict[str, Any]:
        """The filter of rows of an invoice."""
        return {f"invoice__{name}": value for name, value in self.rows.items()}

    def days(self, column: str) -> dict[str, Any]:
        """The filter of a column of local days."""
        return {f"{column}__gte": self.first, f"{column}__lt": self.last}

    def instants(self, column: str) -> dict[str, Any]:
        """The filter of a column of instants."""
        zone = self.business.time_zone
        return {
            f"{column}__gte": local_instant(self.first, 0, zone),
            f"{column}__lt": local_instant(self.last, 0, zone),
        }


def lines_between(
    business: Business, first: date, last: date, *, client: Client | None = None
) -> list[Line]:
    """Return every line from the day `first` up to `last`, exclusive, the newest first."""
    asked = Asked(business, first, last, client)
    lines = [
        *_payments(asked),
        *_without_money(asked),
        *_credit_notes(asked),
        *_refunds(asked),
        *_disputes(asked),
        *_fees(asked),
    ]
    return sorted(lines, key=lambda line: (line.on, ORDER.index(line.kind)), reverse=True)


def _payments(asked: Asked) -> Iterator[Line]:
    """Yield the payments on the day their money arrived, and what was taken back of them."""
    parts = PaidPart.objects.filter(
        by__in=[SettledBy.PAYMENT, SettledBy.REVERSAL], **asked.of_invoices, **asked.days("on")
    )
    payments = Payment.objects.filter(pk__in=parts.values("ref"))
    read = payments.select_related("client", "invoice").only(*READ_OF_PAYMENTS)
    known = {row.pk: row for row in read}
    fees = _fees_of(payments)
    given_up = _given_up(payments)
    for part in parts.order_by("created_at", "pk"):
        row = known[part.ref]
        is_back = part.by == SettledBy.REVERSAL
        received = -row.amount if is_back else row.amount
        reported = [fee for fee in fees[row.pk] if _is_given_back(fee) == is_back]
        yield Line(
            part.on,
            Kind.REVERSAL if is_back else Kind.PAYMENT,
            row.currency,
            gross=received + part.withheld,
            withheld=part.withheld,
            tax=part.tax,
            fees=tuple(_own(fee, row.currency) for fee in reported),
            fee_state=FeeState.KNOWN if is_back else _state(row, given_up),
            about=_about(row, detail=_detail(reported)),
        )


def _is_given_back(fee: GatewayFee) -> bool:
    """Whether a bank's fee was taken back with its transfer, which was recorded by mistake."""
    return fee.gateway == BANK_TRANSFER and fee.amount < 0


def _fees_of(payments: QuerySet[Payment]) -> Mapping[UUID, list[GatewayFee]]:
    fees: dict[UUID, list[GatewayFee]] = defaultdict(list)
    rows = GatewayFee.objects.filter(of=FeeOf.PAYMENT, payment__in=payments.values("pk"))
    for fee in rows.order_by("taken_at", "pk"):
        fees[fee.payment_id].append(fee)
    return fees


def _given_up(payments: QuerySet[Payment]) -> set[UUID]:
    """The payments whose gateway has been asked in vain, and is not asked any more."""
    rows = FeeLookup.objects.filter(payment__in=payments.values("pk"), next_at__isnull=True)
    return set(rows.values_list("payment", flat=True))


def _state(row: Payment, given_up: set[UUID]) -> FeeState:
    if row.gateway == BANK_TRANSFER:
        return FeeState.NONE
    return FeeState.SILENT if row.pk in given_up else FeeState.WAITING


def _own(fee: GatewayFee, currency: str) -> Fee:
    return Fee.reported(fee.amount, fee.currency, currency, moved=fee.moved, settled=fee.settled)


def _detail(fees: Sequence[GatewayFee]) -> str:
    return ", ".join(part["text"] for fee in fees for part in fee.parts)


def _without_money(asked: Asked) -> Iterator[Line]:
    """Yield what was settled from client credit, or by a certificate alone."""
    parts = PaidPart.objects.filter(
        by__in=list(WITHOUT_MONEY), **asked.of_invoices, **asked.days("on")
    )
    for part in parts.select_related("invoice__client").order_by("created_at", "pk"):
        invoice = part.invoice
        held = part.gross if part.by == SettledBy.CERTIFICATE else 0
        if not (held or part.tax):
            continue
        yield Line(
            part.on,
            WITHOUT_MONEY[SettledBy(part.by)],
            invoice.currency,
            gross=held,
            withheld=held,
            tax=part.tax,
            about=About(invoice.client.name, invoice.client_id, invoice.pk, invoice.number),
        )


def _credit_notes(asked: Asked) -> Iterator[Line]:
    """Yield the tax that credit notes take back of what had been paid."""
    settled = dict(
        PaidPart.objects.filter(by=SettledBy.CREDIT_NOTE, **asked.of_invoices)
        .order_by()
        .values_list("ref")
        .annotate(Sum("tax"))
    )
    notes = CreditNote.objects.filter(**asked.rows, **asked.days("issued_on"))
    for note in notes.select_related("client").order_by("created_at", "pk"):
        if tax := note.tax - settled.get(note.pk, 0):
            about = About(note.client.name, note.client_id, note.invoice_id, note.number)
            yield Line(note.issued_on, Kind.CREDIT_NOTE, note.currency, tax=-tax, about=about)


def _refunds(asked: Asked) -> Iterator[Line]:
    rows = Refund.objects.filter(
        state=RefundState.SUCCEEDED, **asked.rows, **asked.instants("finished_at")
    )
    for row in rows.select_related("payment__client", "payment__invoice").order_by("pk"):
        assert row.finished_at  # the filter
        on = local_day(row.finished_at, asked.business.time_zone)
        yield Line(on, Kind.REFUND, row.currency, gross=-row.amount, about=_about(row.payment))


def _disputes(asked: Asked) -> Iterator[Line]:
    """Yield what banks withdrew, and gave back, on the days on which that was booked."""
    moved = Q(debit=Account.CASH) | Q(credit=Account.CASH)
    entries = JournalEntry.objects.filter(
        moved, kind__startswith="dispute", **asked.rows, **asked.days("on")
    )
    found = list(entries.order_by("created_at", "pk"))
    disputes = Dispute.objects.filter(pk__in=[UUID(entry.ref) for entry in found])
    rows = disputes.select_related("payment__client", "payment__invoice")
    by_ref = {str(row.pk): row for row in rows}
    for entry in found:
        row = by_ref[entry.ref]
        is_back = entry.debit == Account.CASH
        yield Line(
            entry.on,
            Kind.DISPUTE_BACK if is_back else Kind.DISPUTE,
            entry.currency,
            gross=entry.amount if is_back else -entry.amount,
            about=_about(row.payment, state=row.get_state_display()),
        )


def _fees(asked: Asked) -> Iterator[Line]:
    """Yield the fees of refunds and disputes on the days on which they were taken."""
    rows = GatewayFee.objects.filter(**asked.rows, **asked.instants("taken_at"))
    of_others = rows.exclude(of=FeeOf.PAYMENT).order_by("taken_at", "pk")
    for fee in of_others.select_related("payment__client", "payment__invoice"):
        yield Line(
            local_day(fee.taken_at, asked.business.time_zone),
            Kind.FEE,
            fee.payment.currency,
            fees=(_own(fee, fee.payment.currency),),
            about=_about(fee.payment, state=fee.get_of_display(), detail=_detail([fee])),
        )


def _about(row: Payment, *, state: str = "", detail: str = "") -> About:
    invoice = row.invoice
    return About(
        row.client.name, row.client_id, invoice.pk, invoice.number, row.method_label, state, detail
    )


def first_year(business: Business) -> int | None:
    """Return the year in which the first money arrived, None if none did."""
    first = Payment.objects.filter(business=business).order_by("received_at", "pk").first()
    return local_day(first.received_at, business.time_zone).year if first else None


def labels() -> dict[Kind, str]:
    """Return what each kind of line is called."""
    return {
        Kind.PAYMENT: _("Payment"),
        Kind.CREDIT: _("Paid from client credit"),
        Kind.CERTIFICATE: _("Withheld by the client"),
        Kind.CREDIT_NOTE: _("Credit note"),
        Kind.REFUND: _("Refund"),
        Kind.REVERSAL: _("Payment taken back"),
        Kind.DISPUTE: _("Withdrawn by the bank after a dispute"),
        Kind.DISPUTE_BACK: _("Returned by the bank after a dispute"),
        Kind.FEE: _("Gateway fee"),
    }


def table(lines: Sequence[Line]) -> Iterator[list[object]]:
    """Yield the lines as a table for a spreadsheet, the oldest first; a fee not known is empty."""
    yield [
        _("Date"),
        _("What"),
        _("Client"),
        _("Invoice"),
        _("Paid with"),
        _("Currency"),
        _("Gross"),
        _("Gateway fee"),
        _("Fee as it was taken"),
        _("Withheld"),
        _("Tax to pass on"),
        pgettext("amount", "Net"),
    ]
    names = labels()
    for line in reversed(lines):
        about: About = line.about
        yield [
            line.on.isoformat(),
            names[line.kind],
            about.client,
            about.number,
            about.method,
            line.currency,
            to_decimal(line.gross, line.currency),
            "" if line.fee is None else to_decimal(line.fee, line.currency),
            " + ".join(
                f"{to_decimal(fee.amount, fee.currency)} {fee.currency}" for fee in line.converted
            ),
            to_decimal(line.withheld, line.currency),
            to_decimal(line.tax, line.currency),
            to_decimal(line.net, line.currency),
        ]
