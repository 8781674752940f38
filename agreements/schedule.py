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

from core.dates import add_months


class Interval(StrEnum):
    """How often a fee is due. ONCE is a single period: a paid trial, a one-off."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ONCE = "once"


MONTHS = {Interval.MONTHLY: 1, Interval.QUARTERLY: 3, Interval.YEARLY: 12}


@dataclass(frozen=True)
class PeriodSpan:
    """[start, end) and which exact part of its full cycle that is."""

    index: int
    start: date
    end: date
    fraction: Fraction


def periods(
    start: date, anchor_day: int, interval: Interval, *, end: date | None = None, until: date, first: int = 0
) -> Iterator[PeriodSpan]:
    """The periods that start on or before `until`, from number `first` on. `end` is exclusive.

    They tile: no gap, no overlap. Stubs at both ends carry their fraction of the cycle they are cut from.
    """
    if end is not None and end <= start:
        return
    if interval == Interval.ONCE:
        if first == 0 and start <= until:
            yield PeriodSpan(0, start, end or add_months(start, 1), Fraction(1))
        return
    index = first
    while True:
        span = _period(start, anchor_day, interval, index)
        begins = max(span[0], start)
        if begins > until or (end is not None and begins >= end):
            return
        finishes = span[1] if end is None else min(span[1], end)
        yield PeriodSpan(index, begins, finishes, Fraction((finishes - begins).days, (span[1] - span[0]).days))
        index += 1


def period_at(
    start: date, anchor_day: int, interval: Interval, day: date, *, end: date | None = None
) -> PeriodSpan | None:
    """The period that contains `day`, or None before the start and after the end."""
    found = None
    for span in periods(start, anchor_day, interval, end=end, until=day):
        found = span
    return found if found and found.start <= day < found.end else None


def _period(start: date, anchor_day: int, interval: Interval, index: int) -> tuple[date, date]:
    """The full cycle number `index`; the first one contains `start` and may begin before it."""
    step = MONTHS[interval]
    zero = add_months(start, 0, anchor_day)
    if zero > start:
        zero = add_months(zero, -step, anchor_day)
    return add_months(zero, index * step, anchor_day), add_months(zero, (index + 1) * step, anchor_day)
