"""The days on which a life of the simulation must be billed, counted without the product's calendar.

Days are walked one by one, and hours are found by looking at a clock on the wall, quarter of an hour by quarter of an
hour: slow, and of another kind than what it judges.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)


def days(first: date, end: date) -> Iterator[date]:
    """Every day from `first` up to, but not including, `end`."""
    while first < end:
        yield first
        first += DAY


def begins(day: date, anchor: int) -> bool:
    """Whether a month of service begins on that day: on the anchor day, or on the last one before it."""
    is_last = (day + DAY).day == 1
    return day.day == anchor or (is_last and day.day < anchor)


def starts(first: date, anchor: int, until: date) -> list[date]:
    """The first days of all months of service that begin on or before `until`."""
    return [day for day in days(first, until + DAY) if day == first or begins(day, anchor)]


def back(day: date, anchor: int, months: int) -> date:
    """The day on which the month of service begins that lies `months` before the one of `day`."""
    while months:
        day -= DAY
        months -= begins(day, anchor)
    return day


@cache
def first_moment(day: date, hour: int, zone: str) -> datetime:
    """The first instant at which a clock in the zone shows that day, and that hour or a later one."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    while True:
        local = moment.astimezone(ZoneInfo(zone))
        if local.date() == day and local.hour >= hour:
            return moment
        moment += QUARTER


def price(fee: int, first: date, end: date, anchor: int) -> int:
    """The fee of a month of service that has only the days from `first` to `end`, exclusive; half a unit counts."""
    whole = first
    while not begins(whole, anchor):
        whole -= DAY
    served, month = (end - first).days, (end - whole).days
    return (2 * fee * served + month) // (2 * month)
