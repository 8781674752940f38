"""Computes how many minutes are committed in a span of days, and how many openings are left. Pure.

The minutes of a period are spread evenly over its days: of 20 hours from 15 November to 15 December
(30 days), 16 of 30 parts fall into November. Time off reduces the capacity by its share of the
working days, Monday to Friday; where the capacity is that of each weekday, by theirs. Sums are
exact fractions that are rounded once, at the end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from agreements.rules.intervals import Interval
from agreements.rules.schedule import PeriodSpan, cycle_of, index_before, periods
from core.dates import Span
from core.money import round_half_up

WEEKEND = (5, 6)


@dataclass(frozen=True)
class Promise:
    """Minutes of work that were promised for a span, spread evenly over its days."""

    span: Span
    minutes: Fraction


@dataclass
class Promises:
    """Promises of many agreements within `whole`: what falls into the same period becomes one.

    The sums stay exact, and their cost depends on the number of different periods.
    """

    whole: Span
    _spans: list[PeriodSpan] = field(default_factory=list)
    _known: dict[tuple[date, int, Interval, date | None], list[int]] = field(default_factory=dict)
    _minutes: Counter[int] = field(default_factory=Counter)

    def periods(
        self, start: date, anchor_day: int, interval: Interval, end: date | None
    ) -> list[tuple[int, PeriodSpan]]:
        """The periods that touch `whole`, or begin at most two before it, each with its place."""
        first = index_before(start, interval, self.whole.start)
        if first:
            # All full cycles from here on: agreements of different age have the same periods.
            start = cycle_of(start, anchor_day, interval, first).start
        places = self._places(start, anchor_day, interval, None)
        # An end beyond the last of them cuts none of them short; one-time work lasts until its end.
        if end and (interval == Interval.ONCE or (places and end < self._spans[places[-1]].end)):
            places = self._places(start, anchor_day, interval, end)
        return [(place, self._spans[place]) for place in places]

    def _places(
        self, start: date, anchor_day: int, interval: Interval, end: date | None
    ) -> list[int]:
        key = (start, anchor_day, interval, end)
        if key not in self._known:
            until = self.whole.end - timedelta(days=1)
            found = list(periods(start, anchor_day, interval, end=end, until=until))
            self._known[key] = [len(self._spans) + n for n in range(len(found))]
            self._spans += found
        return self._known[key]

    def add(self, place: int, minutes: Fraction | int) -> None:
        """Promise so many minutes for a full cycle in the period at this place."""
        self._minutes[place] += minutes  # type: ignore[assignment]  # it adds fractions too

    def __iter__(self) -> Iterator[Promise]:
        for place, minutes in self._minutes.items():
            span = self._spans[place]
            yield Promise(span, minutes * span.fraction)


def minutes_within(promises: Iterable[Promise], stretch: Span) -> int:
    """The minutes of these promises that fall into the span `stretch`, rounded once."""
    return round_half_up(sum((_share(promise, stretch) for promise in promises), Fraction(0)))


def _share(promise: Promise, stretch: Span) -> Fraction:
    days = (min(promise.span.end, stretch.end) - max(promise.span.start, stretch.start)).days
    return promise.minutes * Fraction(max(0, days), promise.span.days)


def minutes_off(capacity: int, stretch: Span, away: Iterable[Span]) -> int:
    """The minutes of `capacity` that time off takes, in proportion to the working days off.

    The spans of `away` may overlap: a day counts once.
    """
    spans = list(away)
    days = [stretch.start + timedelta(days=n) for n in range(stretch.days)]
    working_days = [day for day in days if day.weekday() not in WEEKEND]
    days_off = sum(1 for day in working_days if any(day in span for span in spans))
    return round_half_up(Fraction(capacity * days_off, len(working_days))) if working_days else 0


def minutes_of_week(week: Sequence[int], stretch: Span) -> int:
    """The minutes that can be sold in a span of days. `week` are those of each day from Monday."""
    whole, rest = divmod(stretch.days, 7)
    first = stretch.start.weekday()
    return whole * sum(week) + sum(week[(first + n) % 7] for n in range(rest))


def minutes_off_in_week(week: Sequence[int], stretch: Span, away: Iterable[Span]) -> int:
    """The minutes of `week` that time off takes in a span of days; a day counts once."""
    spans = list(away)
    days = [stretch.start + timedelta(days=n) for n in range(stretch.days)]
    return sum(week[day.weekday()] for day in days if any(day in span for span in spans))


def minutes_of_usual_month(week: Sequence[int]) -> int:
    """The minutes of a week in a month of average length (365.25 days in twelve)."""
    return round_half_up(sum(week) * Fraction(1461, 4 * 12 * 7))


def openings(free: int, tier_minutes: int) -> int:
    """How many clients of a tier fit into `free` minutes; 0 where the capacity is overbooked."""
    return max(0, free) // tier_minutes
