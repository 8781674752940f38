"""Amounts of other currencies in the business's own, at a rate with its day (rule 64).

It is for reading only. Without a rate nothing is converted, and the currency stands apart.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.db.models import DateField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agreements.models import Agreement, Proposal
from agreements.rules.states import ProposalState
from billing.income.guaranteed import RUNNING
from billing.models import ExchangeRate
from billing.models.exchange import RateSource
from core import money
from core.errors import RuleError
from core.models import Business

LARGEST = Decimal(10) ** 9
ON = DateField()
Rates = Mapping[str, ExchangeRate]


@dataclass(frozen=True)
class RateHistory:
    """The rates of each currency, the oldest first; of one day the last one counts."""

    rows: Mapping[str, Sequence[ExchangeRate]]

    def on(self, currency: str, day: date) -> ExchangeRate | None:
        """Return the newest rate that was known on a day, or else the first one that is known."""
        rows = self.rows.get(currency, ())
        place = bisect_right(rows, day, key=lambda row: row.on)
        return rows[max(0, place - 1)] if rows else None

    def in_own(self, currency: str, by_day: Mapping[date, int]) -> int | None:
        """Return the sum of the amounts of several days, each at its rate; None without any."""
        found = [(amount, self.on(currency, day)) for day, amount in by_day.items()]
        if any(rate is None for _amount, rate in found):
            return None
        return sum(convert(amount, rate) for amount, rate in found if rate)


def newest_rates(business: Business) -> dict[str, ExchangeRate]:
    """Return each currency's rate into the business's own: the newest, on one day the owner's."""
    return {row.currency: row for row in _since(business, None)}


def newest_of(history: RateHistory) -> dict[str, ExchangeRate]:
    """Return the same of a history that was read already."""
    return {currency: rows[-1] for currency, rows in history.rows.items()}


def rates_since(business: Business, first: date) -> RateHistory:
    """Return the rates of the days from `first` on, with those that were known on that day."""
    rows: dict[str, list[ExchangeRate]] = defaultdict(list)
    for row in _since(business, first):
        rows[row.currency].append(row)
    return RateHistory(rows)


def _since(business: Business, first: date | None) -> QuerySet[ExchangeRate]:
    """The rates from the newest of the day `first` on, or of all days where that is None."""
    rows = _counting(business)
    same = rows.filter(currency=OuterRef("currency"))
    known = same.filter(on__lte=first) if first else same
    newest = known.order_by("-on").values("on")[:1]
    # "ecb" before "owner", and a correction after what it corrects
    in_order = rows.order_by("on", "source", "created_at", "pk")
    return in_order.filter(on__gte=Coalesce(Subquery(newest), Value(date.min), output_field=ON))


def _counting(business: Business) -> QuerySet[ExchangeRate]:
    """The rates that count: not removed, and of the bank only while they are switched on."""
    rows = ExchangeRate.objects.filter(
        business=business, own=business.currency, removed_at__isnull=True
    )
    return rows if business.reference_rates else rows.exclude(source=RateSource.ECB)


def per_unit(rate: ExchangeRate) -> Fraction:
    """What one minor unit of its currency is, in minor units of the business's own."""
    return _per_unit(rate.rate, rate.own, rate.currency)


@lru_cache(1024)
def _per_unit(rate: Decimal, own: str, currency: str) -> Fraction:
    return Fraction(rate) * Fraction(10) ** (money.exponent(own) - money.exponent(currency))


def convert(amount: int, rate: ExchangeRate) -> int:
    """An amount in minor units of the rate's currency, in those of the own one, rounded once."""
    unit = per_unit(rate)
    return money.nearest(amount * unit.numerator, unit.denominator)


def used(rates: Rates, currencies: Iterable[str]) -> list[ExchangeRate]:
    """The rates of these currencies, to be named where their amounts are converted."""
    return [rates[currency] for currency in sorted(currencies) if currency in rates]


def in_own(
    amounts: Mapping[str, int], business: Business, rates: Rates
) -> tuple[int, dict[str, int]]:
    """Return the sum of the amounts in the own currency, and those for which there is no rate."""
    total, apart = 0, {}
    for currency, amount in amounts.items():
        if currency == business.currency:
            total += amount
        elif currency in rates:
            total += convert(amount, rates[currency])
        else:
            apart[currency] = amount
    return total, apart


def own_first(currencies: Mapping[str, int], business: Business, rates: Rates) -> dict[str, int]:
    """The amounts with the own currency first, then the largest; those without a rate come last."""

    def place(currency: str) -> tuple[bool, bool, int, str]:
        known = currency in rates
        size = convert(currencies[currency], rates[currency]) if known else 0
        return currency != business.currency, not known, -size, currency

    return {currency: currencies[currency] for currency in sorted(currencies, key=place)}


def currencies_in_use(business: Business) -> set[str]:
    """The currencies of signed agreements and open proposals, without the business's own."""
    signed = Agreement.objects.filter(business=business, state__in=RUNNING)
    offered = Proposal.objects.filter(business=business, state=ProposalState.SENT)
    used = {
        currency
        for rows in (signed, offered)
        for currency in rows.order_by().values_list("currency", flat=True).distinct()
    }
    return used - {business.currency}


def enter_rate(
    *, business: Business, currency: str, rate: Decimal, on: date, today: date, now: datetime
) -> ExchangeRate:
    """Store the owner's rate: what one unit of `currency` was worth on a day. Raises RuleError."""
    if currency == business.currency or currency not in money.CURRENCIES:
        raise RuleError(_("Please choose another currency than your own."), field="currency")
    if not 0 < rate < LARGEST:
        raise RuleError(_("A rate is more than 0."), field="rate")
    if on > today:
        raise RuleError(_("This day has not come yet."), field="on")
    return store(business, currency=currency, rate=rate, on=on, source=RateSource.OWNER, now=now)


def store(
    business: Business, *, currency: str, rate: Decimal, on: date, source: str, now: datetime
) -> ExchangeRate:
    """Store a rate of a day beside the earlier ones; the same again is stored once."""
    own = {"business": business, "currency": currency, "own": business.currency}
    known = ExchangeRate.objects.filter(**own, source=source, on=on, removed_at__isnull=True)
    last = known.order_by("created_at", "pk").last()
    if last and last.rate == rate:
        return last
    return ExchangeRate.objects.create(**own, source=source, on=on, rate=rate, created_at=now)


def remove_rate(*, business: Business, currency: str, now: datetime) -> None:
    """Remove the owner's newest rate of a currency; the newest of the others counts again."""
    rows = ExchangeRate.objects.filter(
        business=business,
        currency=currency,
        own=business.currency,
        source=RateSource.OWNER,
        removed_at__isnull=True,
    )
    if newest := rows.order_by("-on").first():
        rows.filter(on=newest.on).update(removed_at=now)


def earlier_rates(business: Business, newest: Rates, most: int) -> list[ExchangeRate]:
    """Return rates that counted before the newest ones, the latest first, at most so many."""
    shown = [row.pk for row in newest.values()]
    rows = _counting(business).exclude(pk__in=shown)
    return list(rows.order_by("-on", "currency", "-created_at", "-pk")[:most])


def use_reference_rates(*, business: Business, on: bool) -> None:
    """Switch the rates of the European Central Bank on or off; off, they count no more."""
    business.reference_rates = on
    business.save(update_fields=["reference_rates"])
