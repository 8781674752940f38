"""The first answer that a tier promises: by when, when to remind of it, and whether it was kept. Pure.

The agreement promises working hours. They go by from Monday to Friday, day and night, on the provider's wall, and
stand still on Saturdays and Sundays: 24 from Friday 17:00 are over on Monday 17:00.
"""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

USUAL = 24  # hours, where a tier does not say
SATURDAY, WEEK = 5, 7


class Response(StrEnum):
    """Where the first answer stands."""

    WAITING = "waiting"
    SOON = "soon"  # four fifths of the time are over
    OVERDUE = "overdue"
    KEPT = "kept"
    BROKEN = "broken"  # it came, and too late


def respond_by(asked_at: datetime, hours: int | None, zone: str) -> datetime:
    """When the first answer is due (UTC), so many working hours later on the wall of `zone` (IANA name)."""
    left, at = timedelta(hours=hours or USUAL), asked_at.astimezone(UTC)
    while True:
        if _weekday(at, zone) >= SATURDAY:
            at = _midnight(at, WEEK - _weekday(at, zone), zone)
        shut = _midnight(at, SATURDAY - _weekday(at, zone), zone)
        if at + left <= shut:
            return at + left
        left, at = left - (shut - at), shut


def _weekday(at: datetime, zone: str) -> int:
    return at.astimezone(ZoneInfo(zone)).weekday()


def _midnight(at: datetime, days: int, zone: str) -> datetime:
    """The beginning of the day so many days later on that wall."""
    day = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def remind_at(asked_at: datetime, due: datetime) -> datetime:
    """When four fifths of the time are over."""
    return asked_at + (due - asked_at) * 4 / 5


def response(
    asked_at: datetime, due: datetime, responded_at: datetime | None, now: datetime
) -> Response:
    """How the promise stands at `now`, or how it ended."""
    if responded_at is not None:
        return Response.KEPT if responded_at <= due else Response.BROKEN
    if now > due:
        return Response.OVERDUE
    return Response.SOON if now >= remind_at(asked_at, due) else Response.WAITING
