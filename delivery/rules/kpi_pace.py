"""Whether a KPI is where it should be, and the verdict over a period (rules 38 and 39). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median


class Shape(StrEnum):
    """What a reading of a KPI means.

    LEVEL: where the figure stands (followers); it moves from the last period's figure to the
    target. COUNT: how many in this period so far (sign-ups); it goes from zero to the target.
    RATE: a share (of visitors who buy); every reading should be at the target.
    """

    LEVEL = "level"
    COUNT = "count"
    RATE = "rate"


#: The usual shape of each kind of KPI; a kind that the freelancer named is taken for a level.
USUAL_SHAPES = {
    "growth": Shape.LEVEL,
    "engagement": Shape.RATE,
    "conversion": Shape.COUNT,
    "own": Shape.LEVEL,
}
CENT = Decimal("0.01")
FAR = 50  # times more or less than usual: two digits too many or too few
LOOKED_AT = 6  # readings before it
WHOLE_FROM = 20  # for whole targets from this size on, figures are shown without decimals
READING_VALID_FOR = timedelta(
    days=7
)  # how long a reading counts as current: people measure once a week


class Pace(StrEnum):
    """How a KPI stands against its target."""

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
    """How a whole period went."""

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
    """Return where a figure should be after the share `elapsed` (0 to 1) of the period.

    The figure is expected to move in a straight line from baseline to target.
    """
    return Fraction(baseline) + (Fraction(target) - Fraction(baseline)) * elapsed


def pace(
    baseline: Decimal,
    target: Decimal,
    value: Decimal | None,
    elapsed: Fraction,
    *,
    less_is_better: bool = False,
) -> Pace:
    """Return how `value` stands after the share `elapsed` (0 to 1) of the period.

    At 1 a figure has either reached its target or is behind.
    """
    if value is None:
        return Pace.UNKNOWN
    direction = -1 if less_is_better else 1
    if direction * value >= direction * target:
        return Pace.REACHED
    return (
        Pace.ON_TRACK
        if direction * Fraction(value) >= direction * expected(baseline, target, elapsed)
        else Pace.BEHIND
    )


@dataclass(frozen=True)
class Line:
    """The straight target line of one KPI through one period.

    The line runs from the morning of `begins` to the morning of `ends`. A level that already begins
    beyond its target only has to stay there.
    """

    shape: Shape
    start: Decimal
    target: Decimal
    begins: date
    ends: date
    less_is_better: bool = False

    @property
    def leaves(self) -> Decimal:
        """The value at which the line begins."""
        best = max if self.less_is_better else min
        return best(self.start, self.target) if self.shape == Shape.LEVEL else self.start

    def at(self, day: date) -> Decimal:
        """Return where the figure should be on `day`, to a hundredth.

        Before the period this is the start of the line, after it the target.
        """
        share = min(
            max(Fraction((day - self.begins).days, (self.ends - self.begins).days), Fraction(0)),
            Fraction(1),
        )
        exact = expected(self.leaves, self.target, share)
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)

    def held_against(self, read_on: date, today: date) -> Decimal:
        """Return the value that a reading is compared with.

        This is the line on the day of the reading, or a week before `today` for an older reading.
        Once the period is over it is the target, whenever the reading was taken.
        """
        return self.at(today if today >= self.ends else max(read_on, today - READING_VALID_FOR))

    def pace(self, value: Decimal | None, read_on: date | None, today: date) -> Pace:
        """Return how the newest reading stands on `today`."""
        if value is None or read_on is None:
            return Pace.UNKNOWN
        direction = -1 if self.less_is_better else 1
        # A count only grows: one that should stay low can still exceed its target before the end.
        may_still_break = self.less_is_better and self.shape == Shape.COUNT and today < self.ends
        if direction * value >= direction * self.target and not may_still_break:
            return Pace.REACHED
        return (
            Pace.ON_TRACK
            if direction * value >= direction * self.held_against(read_on, today)
            else Pace.BEHIND
        )


def rounded(value: Decimal, target: Decimal) -> Decimal:
    """Round a value for display: no decimals where the target is a whole number of at least 20."""
    counted = target == target.to_integral_value() and abs(target) >= WHOLE_FROM
    return value.quantize(Decimal(1), ROUND_HALF_UP) if counted else value


def start_value(
    shape: Shape, baseline: Decimal, before: Decimal | None, target: Decimal
) -> Decimal:
    """Return the value at which a period begins.

    `before` is the newest reading of an earlier period, None without one.
    """
    if shape == Shape.LEVEL:
        return baseline if before is None else before
    return target if shape == Shape.RATE else Decimal(0)


def change_percent(start: Decimal, value: Decimal | None) -> Decimal | None:
    """Return the change since the start in percent, to a tenth.

    None without a value, and from a start of 0, where there is no percentage.
    """
    if value is None or not start:
        return None
    return ((value - start) * 100 / abs(start)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def verdict(kpis: Iterable[Pace], promised: int, done: int) -> Verdict:
    """Return the verdict over a period.

    GOOD: no KPI is behind and everything promised is done. OFF: more than half of what is known is
    behind. `promised` and `done` count deliverables, which together weigh as much as one KPI.
    """
    known = [kpi for kpi in kpis if kpi != Pace.UNKNOWN]
    behind = sum(kpi == Pace.BEHIND for kpi in known) + (done < promised)
    total = len(known) + (promised > 0)
    if not behind:
        return Verdict.GOOD
    return Verdict.OFF if behind * 2 > total else Verdict.MIXED


def usual_value(earlier: Sequence[Decimal], baseline: Decimal) -> Decimal:
    """Return what is usual: the middle of the latest earlier readings, or else the baseline."""
    return median(earlier[-LOOKED_AT:]) if earlier else baseline


def is_unusual(value: Decimal, usual: Decimal) -> bool:
    """Whether a value is far from the usual one; 0 is a result like any other."""
    small, large = sorted((abs(value), abs(usual)))
    return small > 0 and large >= FAR * small
