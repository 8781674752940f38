"""When each period of an agreement starts and ends (rules 1–3). Pure.

Period n is computed from the agreement's start and its anchor day, never from the period before:

    start 31 Jan, anchor 31   31 Jan → 28 Feb → 31 Mar → 30 Apr
    start 30 Jan 2028         30 Jan → 29 Feb → 30 Mar
    start 15 Jan, anchor 1    15 Jan → 1 Feb (17 of 31 days) → 1 Mar
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import count

from core.dates import Span, add_months


class Interval(StrEnum):
    """How often a fee is due. ONCE is a single period: a paid trial, a one-off."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ONCE = "once"


MONTHS = {Interval.MONTHLY: 1, Interval.QUARTERLY: 3, Interval.YEARLY: 12}


@dataclass(frozen=True)
class PeriodSpan(Span):
    """The days of a period, its number, and which exact part of its full cycle they are."""

    index: int
    fraction: Fraction


def periods(
    start: date,
    anchor_day: int,
    interval: Interval,
    *,
    end: date | None = None,
    until: date,
    first: int = 0,
) -> Iterator[PeriodSpan]:
    """The periods that start on or before `until`, from number `first` on. `end` is exclusive.

    They tile: no gap, no overlap. Stubs at both ends carry their fraction of the cycle they are cut from.
    """
    if interval == Interval.ONCE:
        finishes = end or add_months(start, 1)
        if first == 0 and start <= until and start < finishes:
            yield PeriodSpan(start, finishes, 0, Fraction(1))
        return
    for index in count(first):
        cycle = cycle_of(start, anchor_day, interval, index)
        begins, finishes = max(cycle.start, start), min(cycle.end, end or cycle.end)
        if begins > until or begins >= finishes:
            return
        yield PeriodSpan(begins, finishes, index, Fraction((finishes - begins).days, cycle.days))


def period_at(
    start: date, anchor_day: int, interval: Interval, day: date, *, end: date | None = None
) -> PeriodSpan | None:
    """The period that contains `day`, or None before the start and after the end."""
    found = periods(
        start, anchor_day, interval, end=end, until=day, first=index_before(start, interval, day)
    )
    return next((span for span in found if day in span), None)


def index_before(start: date, interval: Interval, day: date) -> int:
    """Where to begin to look for the period of `day`: its number or up to two less, whatever the anchor."""
    if interval == Interval.ONCE:
        return 0
    months = (day.year - start.year) * 12 + day.month - start.month
    return max(0, months // MONTHS[interval] - 1)


def cycle_of(start: date, anchor_day: int, interval: Interval, index: int) -> Span:
    """The full cycle number `index`; the first one contains `start` and may begin before it."""
    step = MONTHS[interval]
    if add_months(start, 0, anchor_day) > start:
        index -= 1
    return Span(
        add_months(start, index * step, anchor_day),
        add_months(start, (index + 1) * step, anchor_day),
    )
