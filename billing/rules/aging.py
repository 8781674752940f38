"""Open amounts by how late they are: current, 1–30, 31–60, 61–90 and over 90 days. Pure."""

from collections.abc import Iterable
from enum import StrEnum


class Age(StrEnum):
    """How many days an open amount is late, the youngest first."""

    CURRENT = "current"
    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OLDER = "over-90"


_LAST_DAYS = {Age.CURRENT: 0, Age.TO_30: 30, Age.TO_60: 60, Age.TO_90: 90}


def age_of(late: int) -> Age:
    """Return the bucket of an amount that is `late` days late; 0 is not late."""
    return next((age for age, last in _LAST_DAYS.items() if late <= last), Age.OLDER)


def days_late(age: Age) -> tuple[int, int | None]:
    """The fewest and the most days late of a bucket; None where there is no most."""
    ages = list(Age)
    before = ages[: ages.index(age)]
    return _LAST_DAYS[before[-1]] + 1 if before else 0, _LAST_DAYS.get(age)


def by_age(amounts: Iterable[tuple[int, int]]) -> dict[Age, int]:
    """Add up pairs of days late and amount, of one currency, by bucket.

    The buckets are in their order, and add up to the amounts.
    """
    buckets = dict.fromkeys(Age, 0)
    for late, amount in amounts:
        buckets[age_of(late)] += amount
    return buckets
