"""The income of all currencies in the business's own, as far as there are rates (rule 64).

Each row is converted and rounded, so that a list always adds up to its sum.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from billing.income import exchange
from billing.income.exchange import RateHistory, Rates
from billing.income.expected import Expected, Income
from billing.income.forecast import Forecast
from billing.models import ExchangeRate
from billing.rules import futures
from billing.rules.certainty import Movement
from billing.rules.futures import Band
from core.dates import add_months
from core.models import Business


def overall(
    business: Business,
    incomes: Sequence[Income],
    rates: Rates,
    today: date,
    history: RateHistory | None = None,
) -> tuple[Income, list[str]]:
    """Return one income in the own currency, and the currencies that have no rate.

    `history` are rates since the beginning of the year, or of longer, if the caller has them.
    """
    whole, apart = Income(business.currency, today), []
    history = history or exchange.rates_since(business, date(today.year, 1, 1))
    for income in incomes:
        rate = rates.get(income.currency)
        if income.currency != business.currency and rate is None:
            apart.append(income.currency)
            continue
        own = history.in_own(income.currency, income.received_by_day) if rate else None
        whole.received += income.received if own is None else own
        whole.expected += [
            Expected(source, certainty, on, _in_own(amount, rate))
            for source, certainty, on, amount in income.expected
        ]
        whole.offered += [(proposal, _in_own(fee, rate)) for proposal, fee in income.offered]
    whole.offered.sort(key=lambda pair: -pair[1])
    return whole, apart


def months_in_own(
    by_currency: Mapping[str, Sequence[tuple[date, int]]],
    business: Business,
    rates: Rates,
    history: RateHistory | None = None,
) -> list[tuple[date, int]]:
    """Add up amounts by month in the own currency; currencies without a rate are left out.

    Each month has the rate that was known on its last day. `history` are rates since the first
    month, or of longer, if the caller has them.
    """
    sums: dict[date, int] = {}
    months = [month for rows in by_currency.values() for month, _amount in rows]
    if months and history is None:
        history = exchange.rates_since(business, min(months))
    for currency, rows in by_currency.items():
        rate = rates.get(currency)
        if currency == business.currency or rate:
            for month, amount in rows:
                last = add_months(month, 1) - timedelta(days=1)
                then = history.on(currency, last) if history and rate else None
                sums[month] = sums.get(month, 0) + _in_own(amount, then or rate)
    return sorted(sums.items())


def movements_in_own(
    by_currency: Mapping[str, Sequence[Movement]], business: Business, rates: Rates
) -> list[Movement]:
    """Add up the movements of each month in the own currency, all at the newest rates.

    Otherwise a month would seem to move because a rate did.
    """
    sums: dict[date, dict[str, int]] = {}
    for currency, months in by_currency.items():
        rate = rates.get(currency)
        if currency == business.currency or rate:
            for row in months:
                own = sums.setdefault(row.month, dict.fromkeys(_PARTS, 0))
                for part in _PARTS:
                    own[part] += _in_own(getattr(row, part), rate)
    return [Movement(month, **parts) for month, parts in sorted(sums.items())]


_PARTS = ("began", "new", "up", "down", "paused", "lost")


def forecast_in_own(
    made: Forecast, business: Business, rates: Rates
) -> tuple[list[Band], tuple[int, int, int]] | None:
    """The bands of all currencies together, and of the twelve full months; None without any."""
    per_unit = {
        currency: exchange.per_unit(rates[currency])
        if currency != business.currency
        else Fraction(1)
        for currency in made.asked
        if currency == business.currency or currency in rates
    }
    if not per_unit:
        return None
    totals = futures.together(made.totals, per_unit)
    (asked,) = futures.together({code: [row] for code, row in made.asked.items()}, per_unit)
    return futures.bands(totals, asked, made.today), futures.of_the_year(totals)


def _in_own(amount: int, rate: ExchangeRate | None) -> int:
    return exchange.convert(amount, rate) if rate else amount
