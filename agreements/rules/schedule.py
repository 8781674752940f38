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

WHOLE = Fraction(1)


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
    shift = _shift(start, anchor_day, interval)
    opens = boundary(start, anchor_day, interval, first - shift)
    for index in count(first):
        closes = boundary(start, anchor_day, interval, index - shift + 1)
        begins, finishes = max(opens, start), min(closes, end or closes)
        if begins > until or begins >= finishes:
            return
        is_whole = begins == opens and finishes == closes
        part = WHOLE if is_whole else Fraction((finishes - begins).days, (closes - opens).days)
        yield PeriodSpan(begins, finishes, index, part)
        opens = closes


def index_before(start: date, interval: Interval, day: date) -> int:
    """The number of a period at most two before the one that contains `day`, for any anchor day.

    A search for that period can begin here, however long the agreement has run.
    """
    return max(0, whole_before(start, interval, day) - 1)


def cycle_of(start: date, anchor_day: int, interval: Interval, index: int) -> Span:
    """The full cycle of period number `index`. Cycle 0 contains `start` and may begin before it."""
    index -= _shift(start, anchor_day, interval)
    return Span(
        boundary(start, anchor_day, interval, index),
        boundary(start, anchor_day, interval, index + 1),
    )


def _shift(start: date, anchor_day: int, interval: Interval) -> int:
    """1 where the anchor comes later in the month of `start`, so that cycle 0 begins before it."""
    return int(boundary(start, anchor_day, interval, 0) > start)
