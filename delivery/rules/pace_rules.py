"""When a period is off its line at day 10 or 20 (of a month), and by how much (rule 39). Pure.

| at day 11 of 30 (10 days gone) | off |
| --- | --- |
| 12 promised, 3 given | behind: 4 were to be there |
| 1 promised, 0 given | no: a third of a piece is nothing that can be given |
| 30 h included, 12 h used | no: 120 % of 10 h |
| 30 h included, 13 h used | runs out |
| 30 h included, 5 h used | unused: less than 60 % of 10 h |
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

CHECKPOINTS = (20, 10)  # days of a period, the newest first
A_MONTH = 31  # days; a longer period is looked at after two thirds and after one: at day 10 of a year nothing is off
QUIET = timedelta(days=7)  # after a warning, before the next about the same period
MOST_USED = Fraction(120, 100)  # of what the line says; above it the hours run out
SLACK = 5  # percent that a figure may lack of the way that it should have gone
LEAST_USED = Fraction(60, 100)  # below it hours stay unused


class Off(StrEnum):
    """What can be off its line."""

    KPI = "kpi"
    WORK = "work"
    OVER = "over"
    UNUSED = "unused"


@dataclass(frozen=True)
class Stretch:
    """A period on a day: from the morning of `begins` to that of `ends`."""

    begins: date
    ends: date
    today: date

    @property
    def share(self) -> Fraction:
        """How much of it is gone, 0 to 1."""
        gone, whole = (self.today - self.begins).days, (self.ends - self.begins).days
        return Fraction(max(0, min(gone, whole)), whole)

    @property
    def checkpoint(self) -> int:
        """The newest day that it has reached of those on which it is looked at; 0 for none, and when it is over."""
        day, whole = (self.today - self.begins).days + 1, (self.ends - self.begins).days
        points = CHECKPOINTS if whole <= A_MONTH else (whole * 2 // 3, whole // 3)
        return next((each for each in points if each <= day), 0) if self.today < self.ends else 0


def is_due(stretch: Stretch, last_day: int, last_on: date | None) -> bool:
    """Whether it is to be looked at; the last warning about it was for `last_day` (0: none), on `last_on`."""
    quiet = last_on is not None and stretch.today < last_on + QUIET
    return stretch.checkpoint > last_day and not quiet


def pieces(promised: int, stretch: Stretch, due_on: date | None = None) -> int:
    """How many of a deliverable are to be there by now, to the nearest whole one; all of them after `due_on`."""
    ends = min(stretch.ends, due_on + timedelta(days=1)) if due_on else stretch.ends
    if stretch.today >= ends:
        return promised
    exact = promised * Stretch(stretch.begins, ends, stretch.today).share
    return int(exact + Fraction(1, 2))


def hours(used: int, available: int, stretch: Stretch) -> Off | None:
    """Whether the included minutes run out, or stay unused, at the pace so far."""
    planned = max(0, available) * stretch.share
    if used > available or (available > 0 and used > planned * MOST_USED):
        return Off.OVER
    return Off.UNUSED if used < planned * LEAST_USED else None


def runs_out(used: int, available: int, stretch: Stretch) -> date | None:
    """The day on which the minutes are used up at the pace so far; None where that is not in this period."""
    gone = (stretch.today - stretch.begins).days
    if used >= available:
        return stretch.today
    if not used or not gone:
        return None
    day = stretch.begins + timedelta(days=available * gone // used)
    return day if day < stretch.ends else None


def weight(gap: Decimal | Fraction | int, way: Decimal | Fraction | int) -> int:
    """How much of the way is lacking, in percent, 0 to 100: what is worst is told first."""
    return min(100, int(abs(Fraction(gap)) * 100 / abs(Fraction(way)))) if way else 100
