"""Months, local days and half-open spans (rules 1, 2 and 4). Pure: dates come in as arguments."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Span:
    """Days from `start` up to, not including, `end`. Raises ValueError where it would be empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"{self.start} to {self.end} holds no day.")

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day inside it: what people mean by "until"."""
        return self.end - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def add_months(day: date, months: int, anchor_day: int | None = None) -> date:
    """`months` later, on `anchor_day` (default: the same day), clamped to the month's last day (rule 2).

    31 January + 1 → 28 February; + 2 → 31 March, because each is counted from the start.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted = anchor_day or day.day
    return date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))


def local_day(instant: datetime, zone: str) -> date:
    """The date on the wall of `zone` (IANA name) at an aware instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_instant(day: date, hour: int, zone: str) -> datetime:
    """The instant (UTC) at which the clock of `zone` reaches `hour` on `day`.

    An hour that daylight saving skips is taken with the offset before the jump: never missing, never twice.
    """
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def month_of(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


def months_back(day: date, count: int) -> list[date]:
    """First days of the last `count` months, oldest first, the month of `day` included."""
    return [add_months(month_of(day), -back) for back in range(count - 1, -1, -1)]


def whole_months(start: date, end: date) -> int:
    """The length of a term in months, to the nearest below and at least one."""
    return max(
        1,
        (end.year - start.year) * 12
        + end.month
        - start.month
        - (1 if end.day < min(start.day, 28) else 0),
    )
