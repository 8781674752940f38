"""How long a timer ran, in whole minutes, and on which days that time falls (rule 25). Pure.

22:30 to 00:45 local time → 90 minutes on the first day, 45 on the second
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def minutes_of(start: datetime, end: datetime) -> int:
    """Return the whole minutes between two aware instants.

    Half a minute is rounded up, and the result is at least 1.
    """
    return max(1, _rounded(end.astimezone(UTC) - start.astimezone(UTC)))


def by_day(start: datetime, minutes: int, zone: str) -> list[tuple[date, int]]:
    """Split `minutes` that began at `start` (aware) by the calendar days of the time zone `zone`.

    Returns (day, minutes) pairs in order. The parts are whole and positive and add up to `minutes`:
    each midnight is rounded, never a part. A day on which the clock is set back may hold more than
    24 hours.
    """
    local_start, start_utc = start.astimezone(ZoneInfo(zone)), start.astimezone(UTC)
    end_utc = start_utc + minutes * MINUTE
    parts: list[tuple[date, int]] = []
    day, counted = local_start.date(), 0
    while counted < minutes:
        next_midnight = datetime.combine(
            day + timedelta(days=1), time(), tzinfo=local_start.tzinfo
        ).astimezone(UTC)
        elapsed = (
            minutes
            if next_midnight >= end_utc
            else min(minutes, _rounded(next_midnight - start_utc))
        )
        if elapsed > counted:
            parts.append((day, elapsed - counted))
            counted = elapsed
        day += timedelta(days=1)
    return parts


def _rounded(duration: timedelta) -> int:
    """Return whole minutes; half a minute is rounded up."""
    return (duration + MINUTE / 2) // MINUTE
