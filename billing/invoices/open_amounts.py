"""Open amounts of invoices: what is to come, by debtor, currency and how late it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from billing.books import asking
from billing.models import Invoice
from billing.rules.aging import Age, by_age
from billing.rules.asking import Asked
from billing.rules.states import InvoiceState
from clients.models import Client
from core.models import Business


@dataclass(frozen=True)
class Debt:
    """What one client still has to pay in one currency, in minor units, by how late it is."""

    client: Client
    ages: Mapping[Age, int]
    invoices: int
    oldest: int

    @property
    def total(self) -> int:
        """The sum, in minor units."""
        return sum(self.ages.values())


@dataclass(frozen=True)
class OpenAmounts:
    """What is still to come in one currency; the debtors with the largest sum are first."""

    currency: str
    debtors: list[Debt]

    @property
    def ages(self) -> dict[Age, int]:
        """The sums of all debtors by how late they are."""
        return {age: sum(debt.ages[age] for debt in self.debtors) for age in Age}

    @property
    def total(self) -> int:
        """The sum of all debtors."""
        return sum(debt.total for debt in self.debtors)


def asked_of_open(
    invoices: QuerySet[Invoice], now: datetime
) -> list[tuple[UUID, UUID, str, Asked]]:
    """Return id, client, currency and what is asked of each open invoice with money to come."""
    rows = list(
        invoices.filter(state=InvoiceState.OPEN)
        .select_related("collection", "agreement")
        .order_by()
    )
    asked = asking.asked_of_all(rows, now=now)
    return [
        (row.pk, row.client_id, row.currency, asked[row.pk]) for row in rows if asked[row.pk].to_pay
    ]


def by_currency(business: Business, now: datetime) -> list[OpenAmounts]:
    """Return what is still to come of this business's invoices, by currency.

    Tax that a client withheld is not money to come (rule 41).
    """
    return of_invoices(Invoice.objects.filter(business=business), now)


def of_invoices(invoices: QuerySet[Invoice], now: datetime) -> list[OpenAmounts]:
    """Return what is still to come of these invoices, by currency."""
    open_rows = asked_of_open(invoices, now)
    clients = Client.objects.in_bulk({client for _pk, client, _currency, _asked in open_rows})
    grouped: dict[str, dict[UUID, list[tuple[int, int]]]] = {}
    for _pk, client, currency, asked in open_rows:
        late = (asked.late, asked.to_pay)
        grouped.setdefault(currency, {}).setdefault(client, []).append(late)
    return [
        OpenAmounts(currency, _debts(theirs, clients))
        for currency, theirs in sorted(grouped.items())
    ]


def _debts(
    amounts: Mapping[UUID, list[tuple[int, int]]], clients: Mapping[UUID, Client]
) -> list[Debt]:
    debts: Iterable[Debt] = (
        Debt(clients[pk], by_age(theirs), len(theirs), max(late for late, _amount in theirs))
        for pk, theirs in amounts.items()
    )
    return sorted(debts, key=lambda debt: (-debt.total, bytes(debt.client.name_key)))
