"""Whether a figure is where it should be, and the verdict over a period (rules 38 and 39). Pure."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Shape(StrEnum):
    """What a reading of a KPI means.

    LEVEL: where it stands (followers); it moves from the last period's figure to the target. COUNT: how many in this
    period so far (sign-ups); from nothing to the target. RATE: a share (of visitors who buy); every reading is to be
    at the target.
    """

    LEVEL = "level"
    COUNT = "count"
    RATE = "rate"


class Pace(StrEnum):
    """A KPI against its target."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """A whole period in one word."""

    GOOD = "good"
    MIXED = "mixed"
    OFF = "off"


def expected(baseline: Decimal, target: Decimal, elapsed: Fraction) -> Fraction:
    """Where a figure should be after that part of the period, on a straight line from baseline to target."""
    return Fraction(baseline) + (Fraction(target) - Fraction(baseline)) * elapsed


def pace(
    baseline: Decimal,
    target: Decimal,
    value: Decimal | None,
    elapsed: Fraction,
    *,
    less_is_better: bool = False,
) -> Pace:
    """`elapsed` is 0…1 of the period; at 1 a figure has reached its target or is behind."""
    if value is None:
        return Pace.UNKNOWN
    sign = -1 if less_is_better else 1
    if sign * value >= sign * target:
        return Pace.REACHED
    return Pace.ON_TRACK if sign * Fraction(value) >= sign * expected(baseline, target, elapsed) else Pace.BEHIND


def verdict(kpis: Iterable[Pace], promised: int, done: int) -> Verdict:
    """GOOD: nothing behind and everything delivered. OFF: more than half of what is known is behind."""
    known = [found for found in kpis if found != Pace.UNKNOWN]
    behind = sum(found == Pace.BEHIND for found in known) + (done < promised)
    total = len(known) + (promised > 0)
    if not behind:
        return Verdict.GOOD
    return Verdict.OFF if behind * 2 > total else Verdict.MIXED
