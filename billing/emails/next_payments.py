"""What has to be paid next: the open invoices, and then the next charge of each agreement."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from agreements.models import Agreement
from agreements.models.proposal import TRANSFER_DAYS
from agreements.rules.terms import CollectBy
from billing.books import asking
from billing.emails.upcoming_charges import NextCharge, first_charge, next_charges
from billing.models import Invoice
from billing.rules.asking import Asked
from billing.rules.states import InvoiceState
from clients.models import Client

CHUNK = 12  # agreements whose next charges are computed at once, where a few payments are shown
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NextPayment:
    """One payment, in minor units of `currency`, and the day on which it is due.

    `invoice` is the invoice that it pays, None where that is not issued yet; `agreement` is None
    for an invoice of none.
    """

    agreement: Agreement | None
    currency: str
    to_pay: int
    due_on: date
    by_card: bool
    invoice: Invoice | None = None

    @classmethod
    def of_charge(cls, charge: NextCharge) -> Self:
        """The payment of an invoice that is still to be issued."""
        row = charge.agreement
        return cls(row, row.currency, charge.to_pay, charge.due_on, charge.by_card)

    @classmethod
    def of_invoice(cls, row: Invoice, agreement: Agreement | None, asked: Asked) -> Self:
        """The payment of an open invoice, on the day on which it is asked for."""
        by_card = row.collect_by == CollectBy.CARD
        return cls(agreement, row.currency, asked.to_pay, asked.on or row.due_on, by_card, row)

    @property
    def client(self) -> Client:
        """Who pays it."""
        row = self.agreement or self.invoice
        assert row  # one of them is known
        return row.client

    @property
    def title(self) -> str:
        """What it is for: what was ordered once, or the agreement."""
        ordered = self.invoice.title if self.invoice else ""
        return ordered or (self.agreement.title if self.agreement else "")

    @property
    def is_one_off(self) -> bool:
        """Whether it pays what was ordered once."""
        return bool(self.invoice and self.invoice.title)


def next_payments(
    agreements: Iterable[Agreement], today: date, *, invoices: QuerySet[Invoice] | None = None
) -> list[NextPayment]:
    """The open invoices and the next charge of each agreement, soonest first.

    `invoices` are others that may be open, of no agreement or of one that has ended. A retainer
    that has begun and has no invoice yet, right after its signature, counts with its first one. The
    number of queries does not depend on the number of agreements.
    """
    rows: dict[UUID | None, Agreement] = {row.pk: row for row in agreements}
    billed = Invoice.objects.filter(agreement__in=list(rows))
    listed = billed if invoices is None else billed | invoices
    opened = list(
        listed.filter(state=InvoiceState.OPEN).select_related("collection", "agreement", "client")
    )
    asked = asking.asked_of_all(opened)
    payments = [
        NextPayment.of_invoice(row, rows.get(row.agreement_id, row.agreement), asked[row.pk])
        for row in opened
        if asked[row.pk].to_pay
    ]
    charges = _first_charges(_not_yet_billed(rows.values(), today)) + next_charges(
        rows.values(), today
    )
    payments += [NextPayment.of_charge(charge) for charge in charges if charge.to_pay]
    return _in_order(payments)


def soonest_payments(
    agreements: Sequence[Agreement],
    following: Mapping[UUID, date],
    opened: Iterable[tuple[Invoice, Asked]],
    today: date,
    *,
    until: date,
    most: int,
) -> list[NextPayment]:
    """The first of the `next_payments` from `today` to `until`, however many agreements there are.

    Only the invoices that can be among them are computed; of many with one day and one title, any
    may be returned. `following` are the days of `periods.next_starts`, and `opened` the open
    invoices that count (`queries.open_invoices`).
    """
    rows: dict[UUID | None, Agreement] = {row.pk: row for row in agreements}
    payments = [
        NextPayment.of_invoice(row, rows.get(row.agreement_id), asked)
        for row, asked in opened
        if asked.to_pay
    ]
    unbilled = {row.pk for row in _not_yet_billed(agreements, today)}
    places = sorted(
        place for place in _places(agreements, following, unbilled) if today <= place[0] <= until
    )
    found: list[NextPayment] = []
    at = 0
    while len(found) < most and (at < len(places) or not at):
        at = 2 * at or CHUNK
        charges = _charges_of(agreements, {pk for *_place, pk in places[:at]}, unbilled, today)
        last = places[at - 1][:2] if at < len(places) else (date.max, "")
        known = _in_order([*payments, *map(NextPayment.of_charge, charges)])
        known = [row for row in known if today <= row.due_on <= until]
        found = [row for row in known if (row.due_on, row.title) <= last]
    return found[:most]


def _in_order(payments: Iterable[NextPayment]) -> list[NextPayment]:
    """The soonest first."""
    return sorted(payments, key=lambda payment: (payment.due_on, payment.title, payment.to_pay))


def _places(
    agreements: Iterable[Agreement], following: Mapping[UUID, date], unbilled: Collection[UUID]
) -> Iterator[tuple[date, str, UUID]]:
    """When the next charge of each agreement is due, its title, and the agreement's id."""
    for row in agreements:
        first = row.starts_on if row.pk in unbilled else None
        for day in filter(None, (first, following.get(row.pk))):
            due_on = day + timedelta(days=TRANSFER_DAYS if row.is_by_transfer else 0)
            yield due_on, row.title, row.pk


def _charges_of(
    agreements: Sequence[Agreement], ids: Collection[UUID], unbilled: Collection[UUID], today: date
) -> list[NextCharge]:
    """The next charges of these agreements and of all others of their clients.

    A client's credit pays the charge that comes first.
    """
    clients = {row.client_id for row in agreements if row.pk in ids}
    theirs = [row.pk for row in agreements if row.client_id in clients]
    if not theirs:
        return []
    rows = list(Agreement.objects.filter(pk__in=theirs).select_related("client"))
    charges = _first_charges(row for row in rows if row.pk in unbilled)
    charges += next_charges(rows, today)
    return [charge for charge in charges if charge.to_pay]


def invoices_to_come(agreements: Iterable[Agreement], today: date) -> list[NextCharge]:
    """The next invoice of each agreement: its first one, until that is issued."""
    rows = list(agreements)
    first = _first_charges(_not_yet_billed(rows, today))
    waiting = {charge.agreement.pk for charge in first}
    return first + next_charges([row for row in rows if row.pk not in waiting], today)


def _not_yet_billed(rows: Iterable[Agreement], today: date) -> list[Agreement]:
    """The agreements that have begun and have no invoice of a period yet."""
    begun = {row.pk: row for row in rows if row.starts_on <= today}
    of_period = Invoice.objects.filter(agreement=OuterRef("pk"), one_off__isnull=True)
    waiting = Agreement.objects.filter(~Exists(of_period), pk__in=list(begun)).order_by()
    known = set(waiting.values_list("pk", flat=True))
    return [row for pk, row in begun.items() if pk in known]


def _first_charges(begun: Iterable[Agreement]) -> list[NextCharge]:
    """The first invoice of each, without those whose taxes cannot be read (see next_charges)."""
    charges = []
    for agreement in begun:
        try:
            charges.append(first_charge(agreement))
        except (LookupError, TypeError, ValueError, ArithmeticError):
            log.exception("The first charge of agreement %s cannot be computed.", agreement.pk)
    return charges
