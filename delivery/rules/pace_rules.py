"""Whether a period is off track on day 10 or 20 of a month, and by how much (rule 39). Pure.

| on day 11 of 30 (10 days have passed) | off track |
| --- | --- |
| 12 promised, 3 delivered | behind: 4 were expected |
| 1 promised, 0 delivered | no: a third of a piece cannot be delivered |
| 30 h included, 12 h used | no: 120 % of 10 h |
| 30 h included, 13 h used | the hours run out |
| 30 h included, 5 h used | the hours stay unused: less than 60 % of 10 h |
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

CHECKPOINTS = (20, 10)  # days of a period of up to a month, the latest first
# Days. A longer period is checked after one third and two thirds: day 10 of a year shows nothing.
LONGEST_MONTH = 31
BETWEEN_WARNINGS = timedelta(days=7)  # between two warnings about the same period
MOST_USED = Fraction(120, 100)  # of the minutes planned by now; above it the hours run out
SLACK = 5  # percent of the expected progress that a KPI may be short of
LEAST_USED = Fraction(60, 100)  # of the minutes planned by now; below it hours stay unused


class Off(StrEnum):
    """What can be off track in a period."""

    KPI = "kpi"
    WORK = "work"
    OVER = "over"
    UNUSED = "unused"


@dataclass(frozen=True)
class PeriodProgress:
    """A period as seen on one day, from the morning of `begins` to the morning of `ends`."""

    begins: date
    ends: date
    today: date

    @property
    def share(self) -> Fraction:
        """The part of the period that has passed, 0 to 1."""
        passed, length = (self.today - self.begins).days, (self.ends - self.begins).days
        return Fraction(max(0, min(passed, length)), length)

    @property
    def checkpoint(self) -> int:
        """The latest check day that has come, counted from 1.

        0 before the first check day, and when the period is over.
        """
        if self.today >= self.ends:
            return 0
        day, length = (self.today - self.begins).days + 1, (self.ends - self.begins).days
        checkpoints = CHECKPOINTS if length <= LONGEST_MONTH else (length * 2 // 3, length // 3)
        return next((checkpoint for checkpoint in checkpoints if checkpoint <= day), 0)


def is_due(stretch: PeriodProgress, last_day: int, last_on: date | None) -> bool:
    """Whether the period is due for a check.

    The last warning about the period was for `last_day` (0: no warning), on `last_on`.
    """
    quiet = last_on is not None and stretch.today < last_on + BETWEEN_WARNINGS
    return stretch.checkpoint > last_day and not quiet


def expected_pieces(promised: int, stretch: PeriodProgress, due_on: date | None = None) -> int:
    """Return how many of a deliverable should be done by now, to the nearest whole one.

    After `due_on` all of them should be.
    """
    ends = min(stretch.ends, due_on + timedelta(days=1)) if due_on else stretch.ends
    if stretch.today >= ends:
        return promised
    expected = promised * PeriodProgress(stretch.begins, ends, stretch.today).share
    return int(expected + Fraction(1, 2))


def usage_pace(used: int, available: int, stretch: PeriodProgress) -> Off | None:
    """Return whether the included minutes run out or stay unused at the pace so far.

    None when they do neither.
    """
    planned = max(0, available) * stretch.share
    if used > available or (available > 0 and used > planned * MOST_USED):
        return Off.OVER
    return Off.UNUSED if used < planned * LEAST_USED else None


def runs_out(used: int, available: int, stretch: PeriodProgress) -> date | None:
    """Return the day on which the minutes are used up at the pace so far.

    None when that is not within this period.
    """
    days_passed = (stretch.today - stretch.begins).days
    if used >= available:
        return stretch.today
    if not used or not days_passed:
        return None
    day = stretch.begins + timedelta(days=available * days_passed // used)
    return day if day < stretch.ends else None


def weight(gap: Decimal | Fraction | int, way: Decimal | Fraction | int) -> int:
    """Return how much of the way is missing, in percent from 0 to 100.

    `gap` is what is missing and `way` the whole distance. The heaviest finding is told first.
    """
    return min(100, int(abs(Fraction(gap)) * 100 / abs(Fraction(way)))) if way else 100
