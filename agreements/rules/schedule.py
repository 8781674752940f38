"""Computes when each period of an agreement starts and ends (rules 1 to 3). Pure.

Period n is computed from the agreement's start and its anchor day, never from the period before it:

    start 31 Jan, anchor 31   31 Jan → 28 Feb → 31 Mar → 30 Apr
    start 30 Jan 2028         30 Jan → 29 Feb → 30 Mar
    start 15 Jan, anchor 1    15 Jan → 1 Feb (17 of 31 days) → 1 Mar
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import count

from agreements.rules.intervals import Interval, boundary, whole_before
from core.dates import Span, add_months


@dataclass(frozen=True)
class PeriodSpan(Span):
    """The days of a period, its number (from 0), and the exact fraction of its full cycle."""

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
    """The periods that start on or before `until`, beginning with number `first`.

    `end` is the end of the agreement, exclusive. The periods have no gaps and no overlaps. A period
    that is cut short by the start or the end carries the fraction of its full cycle. An agreement
    with the interval ONCE and no end lasts one month.
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


def index_before(start: date, interval: Interval, day: date) -> int:
    """The number of a period at most two before the one that contains `day`, for any anchor day.

    A search for that period can begin here, however long the agreement has run.
    """
    return max(0, whole_before(start, interval, day) - 1)


def cycle_of(start: date, anchor_day: int, interval: Interval, index: int) -> Span:
    """The full cycle of period number `index`. Cycle 0 contains `start` and may begin before it."""
    if boundary(start, anchor_day, interval, 0) > start:  # the anchor is later in that month
        index -= 1
    return Span(
        boundary(start, anchor_day, interval, index),
        boundary(start, anchor_day, interval, index + 1),
    )
