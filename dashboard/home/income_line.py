"""The overview's line of income: what is secured, for how long, and who pays most of it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.books import queries
from billing.income import exchange, guaranteed, overall
from billing.income.exchange import RateHistory, Rates
from billing.income.expected import Income
from billing.models import Invoice
from billing.rules.asking import Asked
from billing.rules.certainty import HORIZON
from core import formats
from core.dates import add_months, month_of
from core.models import Business


def context(
    business: Business,
    signed: Sequence[Agreement],
    incomes: Sequence[Income],
    history: RateHistory,
    today: date,
) -> dict[str, Any]:
    """The line, and the monthly fees of signed retainers; amounts are before tax."""
    rates = exchange.newest_of(history)
    whole, apart = overall.overall(business, incomes, rates, today, history)
    month = month_of(today)
    received = {one.currency: one.received_since(month) for one in incomes}
    came, _left = exchange.in_own(received, business, rates)
    fees = guaranteed.current_income(signed, today)
    in_own, _left = exchange.in_own(fees, business, rates)
    shown = [one.currency for one in incomes]
    return {
        "has_income": bool(whole.expected or whole.received),
        "month": month,
        "secured": came + whole.by_contract_in(month),
        "safe": _safe(whole.safe_until(business.monthly_costs)[0], business, today),
        "largest": whole.largest[0] if whole.largest else None,
        "share": formats.part(whole.largest[1], whole.total) if whole.largest else "",
        "rates": exchange.used(rates, shown),
        "apart": apart,
        "fees": in_own,
        "fees_by_currency": _several(exchange.own_first(fees, business, rates)),
        "fees_apart": not in_own and fees,
        "changes": _change(guaranteed.next_change(signed, today), business, rates),
    }


def outstanding(
    business: Business, opened: Iterable[tuple[Invoice, Asked]], rates: Rates
) -> dict[str, Any]:
    """What is still to be paid, in the own currency, and the amount of each other currency.

    `opened` are the open invoices. It is `apart` where nothing of it can be given in the own
    currency.
    """
    rows = queries.outstanding_amounts(business, opened)
    amounts = {currency: amount for currency, amount, _count in rows}
    in_own, _left = exchange.in_own(amounts, business, rates)
    return {
        "sum": in_own,
        "apart": not in_own and amounts,
        "by_currency": exchange.own_first(amounts, business, rates)
        if set(amounts) - {business.currency}
        else {},
        "count": sum(count for _currency, _amount, count in rows),
    }


def _change(
    change: tuple[date, dict[str, int]] | None, business: Business, rates: Rates
) -> tuple[date, dict[str, int]] | None:
    """The next signed change of the fees, in the own currency as far as there are rates."""
    if change is None:
        return None
    day, fees = change
    in_own, apart = exchange.in_own(fees, business, rates)
    return day, ({business.currency: in_own} if in_own else {}) | apart


def _several(amounts: dict[str, int]) -> dict[str, int]:
    """The amounts, where there are several of them."""
    return amounts if len(amounts) > 1 else {}


def _safe(day: date | None, business: Business, today: date) -> str:
    """Until when the costs are covered, in words; "" where no costs were entered."""
    if not business.monthly_costs:
        return ""
    if day is None:
        return _("Not covered")
    if day >= add_months(today, HORIZON) - timedelta(days=1):
        return _("More than a year")
    return formats.day(day)
