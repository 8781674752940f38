"""Whether a period is off track on the day of a digest, and by how much (rule 39). Pure.

| on day 11 of 30 (10 days have passed) | off track |
| --- | --- |
| 12 promised, 2 delivered | behind: 4 were expected |
| 12 promised, 3 delivered | no: less than a third of what was expected is missing |
| 1 promised, 0 delivered | no: a third of a piece cannot be delivered |
| 30 h included, 12 h used | no: 120 % of 10 h, which lasts almost to the end |
| 30 h included, 13 h used | the hours run out |
| 30 h included, 5 h used | no: there is time to use them |
| 30 h included, none used | the hours expire, unless so many carry over |
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

DIGEST_DAYS = (10, 20)  # days of the calendar month on which an owner gets a digest
DIGEST_GRACE = 4  # days for which a digest is made up for when no job ran on its day
EARLIEST = 6  # day of a period on which its pace can be judged first
LEAST_LEFT = 4  # days before the end of a period in which something can still be changed
# Days. A longer period is checked after one third and two thirds: day 10 of a year shows nothing.
LONGEST_MONTH = 31
LEAST_SHORT = Fraction(1, 3)  # of the pieces expected by now; fewer are on their way
LEAST_PART = Fraction(1, 8)  # of the pieces promised
MOST_USED = Fraction(125, 100)  # of the minutes planned by now; above it the hours run out
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
        """The day of the period for which it is checked now, counted from 1.

        Of a longer period it is the last of its two check days. 0 while it is too early to judge,
        and when it is too late to change anything.
        """
        day, length = (self.today - self.begins).days + 1, (self.ends - self.begins).days
        if day < EARLIEST or (self.ends - self.today).days < LEAST_LEFT:
            return 0
        if length <= LONGEST_MONTH:
            return day
        return next((third for third in (length * 2 // 3, length // 3) if third <= day), 0)


def digest_day(today: date) -> date | None:
    """Return the day whose digest is due on `today`: the 10th or the 20th, or some days after it.

    None on all other days.
    """
    latest = max((day for day in DIGEST_DAYS if day <= today.day), default=None)
    if latest is None or today.day - latest > DIGEST_GRACE:
        return None
    return today.replace(day=latest)


def is_due(stretch: PeriodProgress, last_day: int) -> bool:
    """Whether the period is due for a check; the last warning about it was for `last_day`."""
    return stretch.checkpoint > last_day


def expected_pieces(promised: int, stretch: PeriodProgress, due_on: date | None = None) -> int:
    """Return how many whole pieces of a deliverable should be done by now.

    After `due_on` all of them should be.
    """
    ends = min(stretch.ends, due_on + timedelta(days=1)) if due_on else stretch.ends
    if stretch.today >= ends:
        return promised
    return int(promised * PeriodProgress(stretch.begins, ends, stretch.today).share)


def is_short(done: int, expected: int, promised: int) -> bool:
    """Whether so many of the expected pieces are missing that they are not simply on their way."""
    missing = expected - done
    return missing > 0 and missing >= expected * LEAST_SHORT and missing >= promised * LEAST_PART


def usage_pace(used: int, available: int, stretch: PeriodProgress, kept: int = 0) -> Off | None:
    """Return whether the included minutes run out or expire at the pace so far.

    None when they do neither. `kept` minutes can be used in the next period. In the first half,
    hours stay unused only where none was used at all: most work comes later.
    """
    planned = max(0, available) * stretch.share
    if used > available or (available > 0 and used > planned * MOST_USED):
        return Off.OVER
    if used >= planned * LEAST_USED or (used and stretch.share < Fraction(1, 2)):
        return None
    return Off.UNUSED if available - used / stretch.share > kept else None


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
