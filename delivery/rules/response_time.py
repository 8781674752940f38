"""The first answer that a tier promises: due when, reminded when, and whether it was in time. Pure.

The agreement promises working hours. They count from Monday to Friday, day and night, in the
provider's time zone, and stop on Saturdays and Sundays: 24 hours from Friday 17:00 end on Monday
17:00.
"""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

USUAL_HOURS = 24  # working hours, for a tier that states none
SATURDAY, WEEK = 5, 7  # weekdays count from 0 for Monday


class Response(StrEnum):
    """How the first answer to a request stands."""

    WAITING = "waiting"
    SOON = "soon"  # four fifths of the time have passed
    OVERDUE = "overdue"
    KEPT = "kept"
    BROKEN = "broken"  # it came too late


def respond_by(asked_at: datetime, hours: int | None, zone: str) -> datetime:
    """Return when the first answer is due, in UTC.

    `hours` are working hours in the time zone `zone` (IANA name); None means USUAL.
    """
    remaining, moment = timedelta(hours=hours or USUAL_HOURS), asked_at.astimezone(UTC)
    while True:
        if _weekday(moment, zone) >= SATURDAY:
            moment = _midnight(moment, WEEK - _weekday(moment, zone), zone)
        weekend = _midnight(moment, SATURDAY - _weekday(moment, zone), zone)
        if moment + remaining <= weekend:
            return moment + remaining
        remaining, moment = remaining - (weekend - moment), weekend


def _weekday(moment: datetime, zone: str) -> int:
    """Return the weekday in `zone`, 0 for Monday."""
    return moment.astimezone(ZoneInfo(zone)).weekday()


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
