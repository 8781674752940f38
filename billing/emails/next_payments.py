"""What each agreement has to be paid next: its open invoices, and then its next charge."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from agreements.models import Agreement
from agreements.rules.terms import CollectBy
from billing.books import asking
from billing.emails.upcoming_charges import NextCharge, first_charge, next_charges
from billing.models import Invoice
from billing.rules.states import InvoiceState

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NextPayment:
    """One payment, in minor units of the agreement's currency, and the day on which it is due.

    `invoice` is the invoice that it pays, None where that is not issued yet.
    """

    agreement: Agreement
    to_pay: int
    due_on: date
    by_card: bool
    invoice: Invoice | None = None

    @classmethod
    def of_charge(cls, charge: NextCharge) -> Self:
        """The payment of an invoice that is still to be issued."""
        return cls(charge.agreement, charge.to_pay, charge.due_on, charge.by_card)


def next_payments(agreements: Iterable[Agreement], today: date) -> list[NextPayment]:
    """The open invoices and the next charge of each agreement, soonest first.

    A retainer that has begun and has no invoice yet, right after its signature, counts with its
    first one. The number of queries does not depend on the number of agreements.
    """
    rows = {row.pk: row for row in agreements}
    billed = Invoice.objects.filter(agreement__in=list(rows))
    opened = list(billed.filter(state=InvoiceState.OPEN).select_related("collection", "agreement"))
    asked = asking.asked_of_all(opened)
    payments = [
        NextPayment(
            rows[row.agreement_id],
            asked[row.pk].to_pay,
            asked[row.pk].on or row.due_on,
            row.collect_by == CollectBy.CARD,
            row,
        )
        for row in opened
        if row.agreement_id and asked[row.pk].to_pay
    ]
    charges = _first_charges(_not_yet_billed(rows, today)) + next_charges(rows.values(), today)
    payments += [NextPayment.of_charge(charge) for charge in charges if charge.to_pay]
    return sorted(payments, key=lambda payment: (payment.due_on, str(payment.agreement.pk)))


def invoices_to_come(agreements: Iterable[Agreement], today: date) -> list[NextCharge]:
    """The next invoice of each agreement: its first one, until that is issued."""
    rows = {row.pk: row for row in agreements}
    first = _first_charges(_not_yet_billed(rows, today))
    waiting = {charge.agreement.pk for charge in first}
    return first + next_charges([row for pk, row in rows.items() if pk not in waiting], today)


def _not_yet_billed(rows: dict[UUID, Agreement], today: date) -> list[Agreement]:
    """The agreements that have begun and have no invoice of a period yet."""
    of_periods = Invoice.objects.filter(agreement__in=list(rows), one_off__isnull=True)
    known = set(of_periods.order_by().values_list("agreement", flat=True).distinct())
    return [row for pk, row in rows.items() if pk not in known and row.starts_on <= today]


def _first_charges(begun: Iterable[Agreement]) -> list[NextCharge]:
    """The first invoice of each, without those whose taxes cannot be read (see next_charges)."""
    charges = []
    for agreement in begun:
        try:
            charges.append(first_charge(agreement))
        except (LookupError, TypeError, ValueError, ArithmeticError):
            log.exception("The first charge of agreement %s cannot be computed.", agreement.pk)
    return charges
