"""What an hour brought, by client: the hours against the fee, beside the lowest rate (rule 70).

The rate is before tax and before what a client withholds, which both are no cost, and after what
the gateway took as far as that is known: so it can be compared with the rate that tiers are priced
by.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from agreements.models import Period, Upgrade
from agreements.rules.states import PeriodState
from billing.models import CreditNote, GatewayFee, NextLine
from billing.rules.net import Fee
from clients.models import Client
from core import money
from core.dates import add_months
from core.models import Business
from delivery.models import TimeEntry

MONTHS = 12


@dataclass
class Effective:
    """The periods of a client in one currency; amounts are minor units before tax.

    `fee` is what they brought, `taken` what gateways took of it, as far as that is known. `floor`
    is the business's lowest rate an hour, 0 if it has none in this currency.
    """

    client: str
    client_id: UUID
    currency: str
    floor: int
    fee: int = 0
    taken: int = 0
    minutes: int = 0
    periods: int = 0

    @property
    def rate(self) -> int | None:
        """What an hour brought after the gateway's fees; None without hours."""
        return money.prorate(self.fee - self.taken, 60, self.minutes) if self.minutes else None

    @property
    def is_below(self) -> bool:
        """Whether an hour brought less than the lowest rate."""
        return self.rate is not None and self.rate < self.floor


def effective_rates(
    business: Business, today: date, *, client: Client | None = None
) -> list[Effective]:
    """Return what the periods that ended within twelve months brought, the own currency
    first, and in each the lowest rate.

    All hours count, with those that the client is not shown. Takes six queries.
    """
    periods = Period.objects.filter(
        business=business,
        ends_on__lte=today,
        ends_on__gt=add_months(today, -MONTHS),
        state__in=[PeriodState.INVOICED, PeriodState.CARRIED],
        **({"agreement__client": client} if client else {}),
    )
    rows: dict[tuple[UUID, str], Effective] = {}
    places: dict[UUID, Effective] = {}
    whose = ("agreement__client_id", "agreement__client__name")
    for pk, currency, amount, client_id, name in periods.values_list(
        "pk", "currency", "amount", *whose
    ):
        floor = business.floor_rate if currency == business.currency else 0
        row = rows.setdefault((client_id, currency), Effective(name, client_id, currency, floor))
        row.fee += amount
        row.periods += 1
        places[pk] = row
    ids = periods.order_by().values("pk")
    for pk, amount in _brought(ids):
        places[pk].fee += amount
    for pk, fee in _taken(ids):
        places[pk].taken += fee
    hours = TimeEntry.objects.filter(period__in=ids).order_by()
    for pk, minutes in hours.values_list("period").annotate(Sum("minutes")):
        places[pk].minutes += minutes

    def place(row: Effective) -> tuple[Any, ...]:
        foreign = row.currency != business.currency
        return foreign, row.currency, row.rate is None, row.rate or 0, row.client

    return sorted(rows.values(), key=place)


def _brought(periods: Any) -> Iterable[tuple[UUID, int]]:
    """Yield what was billed for periods beyond their fee, and taken off it by credit notes.

    A cost that was passed on with its receipt pays no hours.
    """
    upgrades = Upgrade.objects.filter(period__in=periods).order_by()
    yield from _sums(upgrades.values_list("period").annotate(sum=Sum(F("charge") - F("credit"))))
    notes = CreditNote.objects.filter(invoice__period__in=periods).order_by()
    for pk, amount in _sums(notes.values_list("invoice__period").annotate(sum=Sum("subtotal"))):
        yield pk, -amount
    lines = NextLine.objects.filter(
        agreement__periods__in=periods,
        agreement__periods__starts_on__lte=F("starts_on"),
        agreement__periods__ends_on__gt=F("starts_on"),
        document__isnull=True,
        removed_at__isnull=True,
    ).exclude(kind="carried")
    by_period = lines.order_by().values_list("agreement__periods").annotate(sum=Sum("amount"))
    yield from _sums(by_period)


def _sums(rows: QuerySet[Any, Any]) -> Iterable[tuple[UUID, int]]:
    return ((pk, int(amount)) for pk, amount in rows)


def _taken(periods: Any) -> Iterable[tuple[UUID, int]]:
    """Yield what gateways took for the payments of periods, in the currency that was paid."""
    fees = GatewayFee.objects.filter(payment__invoice__period__in=periods)
    for fee in fees.select_related("payment__invoice"):
        own = fee.payment.currency
        converted = Fee.reported(
            fee.amount, fee.currency, own, moved=fee.moved, settled=fee.settled
        ).own
        if converted is not None and fee.payment.invoice.period_id:
            yield fee.payment.invoice.period_id, converted
