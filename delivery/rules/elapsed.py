"""How long a clock ran, in whole minutes, and on which days (rule 25). Pure.

22:30 to 00:45 in the zone → 90 minutes on the first day, 45 on the second
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def minutes_of(start: datetime, end: datetime) -> int:
    """Whole minutes between two aware instants: half a minute up, and at least one."""
    return max(1, _rounded(end.astimezone(UTC) - start.astimezone(UTC)))


def by_day(start: datetime, minutes: int, zone: str) -> list[tuple[date, int]]:
    """The days on the wall of `zone` that `minutes` from an aware `start` on fall on, in order, with their parts.

    The parts are whole and positive, and add up to `minutes`: each midnight is rounded, never a part. A day on which
    the clock is set back may hold more than 24 hours.
    """
    local, begun = start.astimezone(ZoneInfo(zone)), start.astimezone(UTC)
    end = begun + minutes * MINUTE
    found: list[tuple[date, int]] = []
    day, before = local.date(), 0
    while before < minutes:
        midnight = datetime.combine(
            day + timedelta(days=1), time(), tzinfo=local.tzinfo
        ).astimezone(UTC)
        until = minutes if midnight >= end else min(minutes, _rounded(midnight - begun))
        if until > before:
            found.append((day, until - before))
            before = until
        day += timedelta(days=1)
    return found


def _rounded(passed: timedelta) -> int:
    return (passed + MINUTE / 2) // MINUTE
