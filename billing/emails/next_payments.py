"""What has to be paid next: the open invoices, and then the next charge of each agreement."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from django.db.models import QuerySet

from agreements.models import Agreement
from agreements.rules.terms import CollectBy
from billing.books import asking
from billing.emails.upcoming_charges import NextCharge, first_charge, next_charges
from billing.models import Invoice
from billing.rules.asking import Asked
from billing.rules.states import InvoiceState
from clients.models import Client

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
    return sorted(payments, key=lambda payment: (payment.due_on, payment.title, payment.to_pay))


def invoices_to_come(agreements: Iterable[Agreement], today: date) -> list[NextCharge]:
    """The next invoice of each agreement: its first one, until that is issued."""
    rows = list(agreements)
    first = _first_charges(_not_yet_billed(rows, today))
    waiting = {charge.agreement.pk for charge in first}
    return first + next_charges([row for row in rows if row.pk not in waiting], today)


def _not_yet_billed(rows: Iterable[Agreement], today: date) -> list[Agreement]:
    """The agreements that have begun and have no invoice of a period yet."""
    begun = [row for row in rows if row.starts_on <= today]
    of_periods = Invoice.objects.filter(agreement__in=begun, one_off__isnull=True)
    known = set(of_periods.order_by().values_list("agreement", flat=True).distinct())
    return [row for row in begun if row.pk not in known]


def _first_charges(begun: Iterable[Agreement]) -> list[NextCharge]:
    """The first invoice of each, without those whose taxes cannot be read (see next_charges)."""
    charges = []
    for agreement in begun:
        try:
            charges.append(first_charge(agreement))
        except (LookupError, TypeError, ValueError, ArithmeticError):
            log.exception("The first charge of agreement %s cannot be computed.", agreement.pk)
    return charges
