"""What each interval means: the length of its periods, and how many of them a year has. Pure.

interval   one period           periods in a year   a month's part of a fee of 3,000
weekly     7 days              52                  13,000
fortnight  14 days             26                   6,500
monthly    1 month              12                  3,000
quarterly  3 months             4                   1,000
yearly     12 months            1                     250
once       as long as agreed    none                    0

Everything else that depends on the interval asks these functions, or is text
(agreements.models.interval_words).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from core.dates import add_months
from core.money import nearest, round_half_up


class Interval(StrEnum):
    """How often a fee is due. ONCE is a single period: a paid trial or one-time work."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnight"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ONCE = "once"


@dataclass(frozen=True)
class Meaning:
    """The length of one period, in months or in days, and the number of periods in a year.

    ONCE has neither: its single period is as long as the agreement.
    """

    months: int = 0
    days: int = 0
    per_year: int = 0


MEANINGS = {
    Interval.WEEKLY: Meaning(days=7, per_year=52),
    Interval.FORTNIGHTLY: Meaning(days=14, per_year=26),
    Interval.MONTHLY: Meaning(months=1, per_year=12),
    Interval.QUARTERLY: Meaning(months=3, per_year=4),
    Interval.YEARLY: Meaning(months=12, per_year=1),
    Interval.ONCE: Meaning(),
}


def per_year(interval: str) -> int:
    """How many periods a year has; 0 for ONCE."""
    return MEANINGS[Interval(interval)].per_year


def per_month(amount: int, interval: str) -> int:
    """What a fee for each period is for one month, rounded once; 0 for ONCE. Minor units."""
    return nearest(amount * per_year(interval), 12)


def minutes_per_month(minutes: int, interval: str) -> int:
    """What the included minutes of each period are for one month, rounded once.

    One-time work has no rhythm: all of its minutes count.
    """
    return per_month(minutes, interval) if per_year(interval) else minutes


def restated(value: int, old: str, new: str) -> int:
    """A fee or a time for each period of `old`, as that for each period of `new`, rounded once.

    3,000 every month are 9,000 every quarter. With ONCE on either side the value stays.
    """
    before, after = per_year(old), per_year(new)
    return round_half_up(Fraction(value * before, after)) if before and after else value


def boundary(start: date, anchor_day: int, interval: Interval, count: int) -> date:
    """The day `count` periods after `start`, or before it where `count` is negative.

    Months are counted on the anchor day (rule 2); for days there is none, because a week starts on
    the weekday of `start`. Not for ONCE.
    """
    meaning = MEANINGS[interval]
    if meaning.days:
        return start + timedelta(days=meaning.days * count)
    return add_months(start, meaning.months * count, anchor_day)


def whole_before(start: date, interval: Interval, day: date) -> int:
    """How many periods from `start` to `day`, give or take one, because days of months are ignored.

    0 for ONCE.
    """
    meaning = MEANINGS[interval]
    if meaning.days:
        return (day - start).days // meaning.days
    months = (day.year - start.year) * 12 + day.month - start.month
    return months // meaning.months if meaning.months else 0


def completed(start: date, interval: Interval, day: date) -> date:
    """`day`, or for periods that are counted in days the end of the period that it falls into.

    A term is agreed in months, which are no whole number of weeks: a term that renews ends where a
    period ends, so that the next term begins with a whole one.
    """
    days = MEANINGS[interval].days
    return start + timedelta(days=-(-(day - start).days // days) * days) if days else day
