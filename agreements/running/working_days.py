"""The days on which a business does not work because they are public holidays (rule 73)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from agreements.models import Agreement
from core.dates import Span
from core.models import Business
from core.places import public_holidays

MONDAY_TO_FRIDAY = (1, 1, 1, 1, 1, 0, 0)
LONGEST_BREAK = 31  # days: a business that never works is not waited for


def holidays_of(business: Business, years: Iterable[int]) -> dict[date, str]:
    """The public holidays on which the business does not work, with their names."""
    country, part = business.holiday_country, business.holiday_part
    return _kept(business, public_holidays.on(country, part, years)) if country else {}


def holidays_within(business: Business, whole: Span) -> list[Span]:
    """The same as one span of a day each, of the years that `whole` touches."""
    years = range(whole.start.year, whole.end.year + 1)
    return [Span(day, day + timedelta(days=1)) for day in holidays_of(business, years)]


def holidays_agreed(agreement: Agreement, year: int) -> frozenset[date]:
    """The days that are no working days by what was signed, in this year and those beside it.

    An agreement whose text says that public holidays are working days has none, whatever the
    business chose since. A holiday on which the business works anyway is a working day.
    """
    agreed: dict[str, Any] = agreement.terms.get("holidays") or {}
    if not agreed:
        return frozenset()
    days = public_holidays.on(agreed["country"], agreed["part"], (year - 1, year, year + 1))
    return frozenset(_kept(agreement.business, days))


def first_from(business: Business, day: date) -> date:
    """The first working day of the business on or after `day`.

    Working days are those of the week on which hours were entered, or else Monday to Friday,
    without the public holidays on which the business does not work.
    """
    week = business.week_minutes or MONDAY_TO_FRIDAY
    holidays = holidays_of(business, (day.year, day.year + 1))
    days = (day + timedelta(days=n) for n in range(LONGEST_BREAK))
    return next((one for one in days if week[one.weekday()] and one not in holidays), day)


def _kept(business: Business, days: dict[date, str]) -> dict[date, str]:
    worked = set(business.worked_holidays)
    return {day: name for day, name in days.items() if day.isoformat() not in worked}
