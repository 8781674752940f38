"""How many hours are spoken for in a stretch of days, and how many are left. Pure.

A period's minutes lie evenly over its days: 20 hours from 15 November to 15 December load November with 16 of 30
days of them. Time off takes its share of the working days, Monday to Friday. Fractions until the last step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from core.dates import Span
from core.money import round_half_up

WEEKEND = (5, 6)


@dataclass(frozen=True)
class Promise:
    """Minutes of work that lie evenly over a span."""

    span: Span
    minutes: Fraction


def within(promises: Iterable[Promise], stretch: Span) -> int:
    """The minutes of these promises that fall into the stretch, rounded once."""
    return round_half_up(sum((_share(each, stretch) for each in promises), Fraction(0)))


def _share(promise: Promise, stretch: Span) -> Fraction:
    days = (min(promise.span.end, stretch.end) - max(promise.span.start, stretch.start)).days
    return promise.minutes * Fraction(max(0, days), promise.span.days)


def off(capacity: int, stretch: Span, away: Iterable[Span]) -> int:
    """The part of `capacity` that time off takes: working days away of all working days. A day away twice is one."""
    spans = list(away)
    days = [stretch.start + timedelta(days=n) for n in range(stretch.days)]
    worked = [day for day in days if day.weekday() not in WEEKEND]
    gone = sum(1 for day in worked if any(day in span for span in spans))
    return round_half_up(Fraction(capacity * gone, len(worked))) if worked else 0


def openings(free: int, tier_minutes: int) -> int:
    """How many clients of a tier with that many minutes fit into what is free; none where it is overbooked."""
    return max(0, free) // tier_minutes
