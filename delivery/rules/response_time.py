"""The first answer that a tier promises: due when, reminded when, and whether it was in time. Pure.

The agreement promises working hours. They count from Monday to Friday, day and night, in the
provider's time zone, and stop on Saturdays, on Sundays and on the public holidays that the
agreement leaves out: 24 hours from Friday 17:00 end on Monday 17:00, or on Tuesday 17:00 if that
Monday is one.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

USUAL_HOURS = 24  # working hours, for a tier that states none
SATURDAY = 5  # weekdays count from 0 for Monday


class Response(StrEnum):
    """How the first answer to a request stands."""

    WAITING = "waiting"
    SOON = "soon"  # four fifths of the time have passed
    OVERDUE = "overdue"
    KEPT = "kept"
    BROKEN = "broken"  # it came too late


def respond_by(
    asked_at: datetime, hours: int | None, zone: str, holidays: Collection[date] = ()
) -> datetime:
    """Return when the first answer is due, in UTC.

    `hours` are working hours in the time zone `zone` (IANA name); None means USUAL. `holidays` are
    days on which they do not count, besides weekends.
    """
    remaining, moment = timedelta(hours=hours or USUAL_HOURS), asked_at.astimezone(UTC)
    while True:
        day, midnight = _day(moment, zone), _midnight(moment, 1, zone)
        if day.weekday() < SATURDAY and day not in holidays:
            if moment + remaining <= midnight:
                return moment + remaining
            remaining -= midnight - moment
        moment = midnight


def _day(moment: datetime, zone: str) -> date:
    """Return the date in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _midnight(moment: datetime, days: int, zone: str) -> datetime:
    """Return the beginning of the day `days` later in `zone`, in UTC."""
    day = moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def remind_at(asked_at: datetime, due: datetime) -> datetime:
    """Return when four fifths of the time have passed."""
    return asked_at + (due - asked_at) * 4 / 5


def response_status(
    asked_at: datetime, due: datetime, responded_at: datetime | None, now: datetime
) -> Response:
    """Return how the first answer stands at `now`, or whether it came in time."""
    if responded_at is not None:
        return Response.KEPT if responded_at <= due else Response.BROKEN
    if now > due:
        return Response.OVERDUE
    return Response.SOON if now >= remind_at(asked_at, due) else Response.WAITING
