"""Open amounts of invoices: what is to come, by debtor, currency and how late it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from billing.invoices import still_to_come
from billing.invoices.still_to_come import ToCome
from billing.models import Invoice
from billing.rules.aging import Age, by_age
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


def by_currency(business: Business, now: datetime) -> list[OpenAmounts]:
    """Return what is still to come of this business's invoices, the own currency first.

    Tax that a client withheld is not money to come (rule 41).
    """
    found = of_invoices(Invoice.objects.filter(business=business), now)
    return sorted(found, key=lambda one: one.currency != business.currency)


def of_invoices(invoices: QuerySet[Invoice], now: datetime) -> list[OpenAmounts]:
    """Return what is still to come of these invoices, by currency."""
    grouped: dict[str, dict[UUID, list[ToCome]]] = {}
    for one in still_to_come.of_invoices(invoices, now, "currency", "client_id"):
        currency, client = one.key
        grouped.setdefault(currency, {}).setdefault(client, []).append(one)
    owing = {client for theirs in grouped.values() for client in theirs}
    clients = Client.objects.only("name", "name_key").in_bulk(owing)
    return [
        OpenAmounts(currency, _debts(theirs, clients))
        for currency, theirs in sorted(grouped.items())
    ]


def _debts(amounts: Mapping[UUID, list[ToCome]], clients: Mapping[UUID, Client]) -> list[Debt]:
    debts: Iterable[Debt] = (
        Debt(
            clients[pk],
            by_age((one.late, one.amount) for one in theirs),
            sum(one.invoices for one in theirs),
            max(one.late for one in theirs),
        )
        for pk, theirs in amounts.items()
    )
    return sorted(debts, key=lambda debt: (-debt.total, bytes(debt.client.name_key)))
