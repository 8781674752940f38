"""The first answer that a tier promises: by when, when to remind of it, and whether it was kept. Pure.

Hours go by on the clock, at night and at weekends too: what was promised is what the client counts.
"""

from datetime import datetime, timedelta
from enum import StrEnum

USUAL = 24  # hours, where a tier does not say


class Response(StrEnum):
    """Where the first answer stands."""

    WAITING = "waiting"
    SOON = "soon"  # four fifths of the time are over
    OVERDUE = "overdue"
    KEPT = "kept"
    BROKEN = "broken"  # it came, and too late


def respond_by(asked_at: datetime, hours: int | None) -> datetime:
    """When the first answer is due."""
    return asked_at + timedelta(hours=hours or USUAL)


def remind_at(asked_at: datetime, due: datetime) -> datetime:
    """When four fifths of the time are over."""
    return asked_at + (due - asked_at) * 4 / 5


def response(asked_at: datetime, due: datetime, responded_at: datetime | None, now: datetime) -> Response:
    """How the promise stands at `now`, or how it ended."""
    if responded_at is not None:
        return Response.KEPT if responded_at <= due else Response.BROKEN
    if now > due:
        return Response.OVERDUE
    return Response.SOON if now >= remind_at(asked_at, due) else Response.WAITING
