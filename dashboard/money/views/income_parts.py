"""The parts of the income page: certainty, forecast, goal and movements, in words and charts."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement
from billing.income.expected import Income
from billing.income.forecast import Forecast
from billing.models import Invoice
from billing.rules.certainty import HORIZON, Certainty, Movement
from billing.rules.futures import Band
from billing.rules.goal import Closing, Goal
from core import charts, formats, money
from core.dates import add_months, month_of, months_back

SHOWN = 20  # rows of a list on the page
#: How each certainty is drawn in the chart.
DRAWN = {
    Certainty.INVOICED: "signed",
    Certainty.OWED: "signed",
    Certainty.RECURRING: "steady",
    Certainty.NO_WAY: "added",
    Certainty.RENEWING: "likely",
}


def certainty(income: Income, rate: Fraction | None, today: date) -> dict[str, Any]:
    """What is expected in one currency, by how certain it is."""
    offered = sum(fee for _proposal, fee in income.offered)
    return {
        "income": income,
        "currency": income.currency,
        "rows": [_row(income, one) for one in Certainty if income.sums[one]],
        "chart": _chart(income, today) if income.expected else None,
        "offered": offered,
        "offers": income.offered[:SHOWN],
        "more_offers": max(0, len(income.offered) - SHOWN),
        "weighted": money.round_half_up(rate * offered) if rate is not None else None,
        "rate": rate,
        "rate_percent": formats.part(*rate.as_integer_ratio()) if rate is not None else "",
        "share": formats.part(income.largest[1], income.total) if income.largest else "",
    }


def forecast(
    bands: Sequence[Band],
    year: tuple[int, int, int] | None,
    currency: str,
    made: Forecast | None,
    soon: Mapping[str, int],
) -> dict[str, Any]:
    """The bands as a chart and rows, and what they are learned from."""
    bands = bands[1:] if bands and not any((bands[0].asked, bands[0].high)) else bands
    if not bands or made is None or not any(band.asked for band in bands):
        return {"bands": []}
    columns = [
        (formats.month_short(row.month), row.low, row.middle, row.high, row.asked) for row in bands
    ]
    return {
        "bands": [
            (row, *(about(amount) for amount in (row.low, row.middle, row.high))) for row in bands
        ],
        "year": tuple(map(about, year)) if year else None,
        "seen": made.seen,
        "soon": soon,
        "range_chart": charts.ranges(
            columns, show=lambda amount: formats.number_short(money.to_decimal(amount, currency))
        ),
    }


def about(amount: int) -> int:
    """An amount with three digits that count: a forecast knows no more."""
    step: int = 10 ** max(0, len(str(abs(amount))) - 3)
    return money.round_half_up(Fraction(amount, step)) * step


def goal_parts(goal: Goal) -> list[tuple[str, int, str]]:
    """What counts towards the goal, the most certain first, and where the list behind it is."""
    return [
        (_("Received"), goal.received, reverse("dashboard:monthly_totals")),
        (_("Owed by contract"), goal.secured, "#certainty"),
        (_("If nobody gives notice"), goal.likely, "#certainty"),
    ]


def closing_words(row: Closing, currency: str) -> str:
    """Which clients would close the goal: "2 more clients on Growth from 1 February"."""
    words = ngettext(
        "%(n)s more client on “%(tier)s” (%(fee)s a month) from %(day)s",
        "%(n)s more clients on “%(tier)s” (%(fee)s a month) from %(day)s",
        row.clients,
    )
    return words % {
        "n": row.clients,
        "tier": row.tier,
        "fee": formats.money(row.fee, currency),
        "day": formats.day(row.starts_on),
    }


def changes(row: Movement, currency: str) -> list[str]:
    """What changed the fees in one month, in words."""
    kinds = {
        _("New: %(sum)s"): row.new,
        _("Upgraded: %(sum)s"): row.up,
        _("Downgraded: %(sum)s"): row.down,
        _("Paused: %(sum)s"): row.paused,
        _("Lost: %(sum)s"): row.lost,
    }
    return [
        words % {"sum": formats.money(amount, currency)}
        for words, amount in kinds.items()
        if amount
    ]


def _row(income: Income, certainty: Certainty) -> dict[str, Any]:
    """A certainty in words, its sum, and the sum of each agreement or invoice behind it."""
    by_source: dict[Any, int] = {}
    rows: dict[Any, Agreement | Invoice] = {}
    for one in income.expected:
        if one.certainty == certainty:
            rows[one.source.pk] = one.source
            by_source[one.source.pk] = by_source.get(one.source.pk, 0) + one.amount
    label, why = _words()[certainty]
    largest = sorted(by_source.items(), key=lambda pair: -pair[1])
    return {
        "label": label,
        "why": why,
        "sum": income.sums[certainty],
        "count": len(largest),
        "sources": [
            (rows[pk].client.name, _page(rows[pk]), amount) for pk, amount in largest[:SHOWN]
        ],
        "more": max(0, len(largest) - SHOWN),
    }


def _page(source: Agreement | Invoice) -> str:
    kind = "invoice" if isinstance(source, Invoice) else "agreement"
    return reverse(f"dashboard:{kind}", args=[source.pk])


def _words() -> dict[Certainty, tuple[str, str]]:
    return {
        Certainty.INVOICED: (_("Invoiced"), _("Open invoices.")),
        Certainty.OWED: (
            _("Owed by contract"),
            _("Comes even if every client gives notice today."),
        ),
        Certainty.RECURRING: (
            _("Recurring"),
            _("Comes as long as nobody gives notice; the way to pay works."),
        ),
        Certainty.NO_WAY: (
            _("No working payment method"),
            _("No card is saved, or the last payment is late."),
        ),
        Certainty.RENEWING: (_("After a renewal"), _("Comes if the term is renewed at its end.")),
    }


def _chart(income: Income, today: date) -> charts.Columns:
    """The months ahead as stacked columns, the most certain at the bottom."""
    firsts = months_back(add_months(today, HORIZON), HORIZON + 1)
    kinds = list(dict.fromkeys(DRAWN.values()))
    sums = {first: dict.fromkeys(kinds, 0) for first in firsts}
    for one in income.expected:
        month = max(month_of(one.on), firsts[0])
        if month in sums:
            sums[month][DRAWN[one.certainty]] += one.amount
    return charts.stacked(
        [(formats.month_short(first), list(sums[first].items())) for first in firsts],
        limit=None,
        show=lambda amount: formats.number_short(money.to_decimal(amount, income.currency)),
    )
