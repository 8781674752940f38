"""Whether a figure is where it should be, and the verdict over a period (rules 38 and 39). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
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


#: What a figure of each kind usually is; what is the freelancer's own is taken for a level.
USUAL = {
    "growth": Shape.LEVEL,
    "engagement": Shape.RATE,
    "conversion": Shape.COUNT,
    "own": Shape.LEVEL,
}
CENT = Decimal("0.01")
COUNTED = 20  # from a target of so many on nobody wants to read hundredths
SPEAKS = timedelta(
    days=7
)  # so long a reading stands for where a figure is: people measure once a week


class Pace(StrEnum):
    """A KPI against its target."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    UNKNOWN = "unknown"

    @property
    def is_reached(self) -> bool:
        """Whether the target is reached."""
        return self == Pace.REACHED

    @property
    def is_on_track(self) -> bool:
        """Whether it is on its way to the target."""
        return self == Pace.ON_TRACK

    @property
    def is_behind(self) -> bool:
        """Whether it is behind where it should be."""
        return self == Pace.BEHIND

    @property
    def is_known(self) -> bool:
        """Whether there is a reading to judge."""
        return self != Pace.UNKNOWN


class Verdict(StrEnum):
    """A whole period in one word."""

    GOOD = "good"
    MIXED = "mixed"
    OFF = "off"

    @property
    def is_good(self) -> bool:
        """Whether all went as planned."""
        return self == Verdict.GOOD

    @property
    def is_mixed(self) -> bool:
        """Whether most of it went as planned."""
        return self == Verdict.MIXED


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
    return (
        Pace.ON_TRACK
        if sign * Fraction(value) >= sign * expected(baseline, target, elapsed)
        else Pace.BEHIND
    )


@dataclass(frozen=True)
class Line:
    """The straight line of one figure through one period, from the morning of `begins` to that of `ends`.

    Where a level begins beyond its target already, it only has to stay there.
    """

    shape: Shape
    start: Decimal
    target: Decimal
    begins: date
    ends: date
    less_is_better: bool = False

    @property
    def leaves(self) -> Decimal:
        """Where the line begins."""
        best = max if self.less_is_better else min
        return best(self.start, self.target) if self.shape == Shape.LEVEL else self.start

    def at(self, day: date) -> Decimal:
        """Where the figure should be on a day, to a hundredth; before the period its start, after it its target."""
        share = min(
            max(Fraction((day - self.begins).days, (self.ends - self.begins).days), Fraction(0)),
            Fraction(1),
        )
        exact = expected(self.leaves, self.target, share)
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)

    def held_against(self, read_on: date, today: date) -> Decimal:
        """What a reading is compared with: the line on its own day, or a week ago where it is older than that; once
        the period is over the target, whenever it was read."""
        return self.at(today if today >= self.ends else max(read_on, today - SPEAKS))

    def pace(self, value: Decimal | None, read_on: date | None, today: date) -> Pace:
        """Whether the newest reading is where it should be."""
        if value is None or read_on is None:
            return Pace.UNKNOWN
        sign = -1 if self.less_is_better else 1
        may_still_break = self.less_is_better and self.shape == Shape.COUNT and today < self.ends
        if sign * value >= sign * self.target and not may_still_break:
            return Pace.REACHED
        return (
            Pace.ON_TRACK
            if sign * value >= sign * self.held_against(read_on, today)
            else Pace.BEHIND
        )


def whole(value: Decimal, target: Decimal) -> Decimal:
    """A place on a line as it is said: without decimals, where the figure is one that is counted."""
    counted = target == target.to_integral_value() and abs(target) >= COUNTED
    return value.quantize(Decimal(1), ROUND_HALF_UP) if counted else value


def start_of(shape: Shape, baseline: Decimal, before: Decimal | None, target: Decimal) -> Decimal:
    """Where a period begins; `before` is the newest reading of an earlier one."""
    if shape == Shape.LEVEL:
        return baseline if before is None else before
    return target if shape == Shape.RATE else Decimal(0)


def change(start: Decimal, value: Decimal | None) -> Decimal | None:
    """How much more or less than at the start, in percent to a tenth; None from 0, where no percentage exists."""
    if value is None or not start:
        return None
    return ((value - start) * 100 / abs(start)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def verdict(kpis: Iterable[Pace], promised: int, done: int) -> Verdict:
    """GOOD: nothing behind and everything delivered. OFF: more than half of what is known is behind."""
    known = [found for found in kpis if found != Pace.UNKNOWN]
    behind = sum(found == Pace.BEHIND for found in known) + (done < promised)
    total = len(known) + (promised > 0)
    if not behind:
        return Verdict.GOOD
    return Verdict.OFF if behind * 2 > total else Verdict.MIXED
