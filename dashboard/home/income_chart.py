"""The overview's chart: the monthly fees of a year, in one currency at a time."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.income import exchange, guaranteed, overall
from billing.income.exchange import RateHistory
from core import charts, formats, money
from core.models import Business
from core.web import query_string

ALL = "all"  # all currencies, in the business's own
Points = Sequence[tuple[date, int]]


def context(
    request: HttpRequest,
    business: Business,
    signed: Sequence[Agreement],
    history: RateHistory,
    today: date,
) -> dict[str, Any]:
    """The chart of the chosen currency, and what else can be chosen: the own one first."""
    rates = exchange.newest_of(history)
    series = guaranteed.income_by_month(signed, today)
    newest = {currency: points[-1][1] for currency, points in series.items()}
    tabs = {currency: currency for currency in exchange.own_first(newest, business, rates)}
    if len(tabs) > 1 and any(currency in rates for currency in tabs):
        tabs = {ALL: _("All in %(currency)s") % {"currency": business.currency}} | tabs
    asked = query_string.text(request.GET, "currency")
    chosen = asked if asked in tabs else next(iter(tabs), "")
    currency = business.currency if chosen == ALL else chosen
    points = (
        overall.months_in_own(series, business, rates, history)
        if chosen == ALL
        else series.get(chosen)
    )
    return {
        "chart": _chart(currency, points) if points and _moves(points) else None,
        "chart_currency": currency,
        "chart_tabs": tabs if len(tabs) > 1 else {},
        "chart_chosen": chosen,
    }


def _moves(points: Points) -> bool:
    """Whether a line says something: there is income in two months at least."""
    return sum(amount > 0 for _month, amount in points) > 1


def _chart(currency: str, points: Points) -> charts.Chart:
    shown = [(formats.month_short(day), amount) for day, amount in points]
    return charts.area(
        shown, show=lambda amount: formats.number_short(money.to_decimal(amount, currency))
    )
