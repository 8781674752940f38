"""Which archives are kept: those of the last days, weeks and months that have one."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

DAYS, WEEKS, MONTHS = 7, 4, 12


def kept(made: Iterable[datetime]) -> set[datetime]:
    """Return those of `made` that stay: the newest of each of the last days, weeks and months.

    Only days, weeks (from Monday) and months that have an archive count, in UTC. So the newest
    archive always stays, and nothing is deleted while no new ones are made.
    """
    newest_first = sorted(made, reverse=True)
    stays: set[datetime] = set()
    for span, most in ((_day, DAYS), (_week, WEEKS), (_month, MONTHS)):
        stays |= set(_newest_of_each(newest_first, span)[:most])
    return stays


def has_one_of_this_week(made: Iterable[datetime], now: datetime) -> bool:
    """Whether one of them was made since Monday, in UTC."""
    return any(_week(instant) == _week(now.astimezone(UTC)) for instant in made)


def _newest_of_each(
    newest_first: list[datetime], span: Callable[[datetime], object]
) -> list[datetime]:
    newest: dict[object, datetime] = {}
    for instant in newest_first:
        newest.setdefault(span(instant), instant)
    return list(newest.values())


def _day(instant: datetime) -> object:
    return instant.date()


def _week(instant: datetime) -> object:
    return instant.isocalendar()[:2]


def _month(instant: datetime) -> object:
    return (instant.year, instant.month)
