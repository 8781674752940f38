"""Calendar arithmetic: months, local days and half-open date spans (rules 1, 2 and 4).

Pure: today's date always comes in as an argument.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Span:
    """The days from `start` up to, but not including, `end`. Raises ValueError if none."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"{self.start} to {self.end} holds no day.")

    @property
    def days(self) -> int:
        """The number of days in the span."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day in the span, which is what people mean by "until"."""
        return self.end - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def add_months(day: date, months: int, anchor_day: int | None = None) -> date:
    """The date `months` after `day`, on `anchor_day`, clamped to the month's last day (rule 2).

    Without an `anchor_day` the day of the month of `day` is used. Count from the start, not from
    the previous result: 31 January plus 1 is 28 February, and plus 2 is 31 March.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted = anchor_day or day.day
    return date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))


def local_day(instant: datetime, zone: str) -> date:
    """The local date in `zone` (an IANA name) at a time-zone-aware instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_instant(day: date, hour: int, zone: str) -> datetime:
    """The instant (UTC) at which clocks in `zone` (an IANA name) first show `hour` on `day`.

    If daylight saving skips that hour, the offset from before the jump is used, so that every day
    has exactly one such instant.
    """
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def start_of_day(instant: datetime, zone: str) -> datetime:
    """When the day began in the IANA time zone `zone`.

    A document that anybody may ask for at any time is dated so: it is the same for the whole day.
    """
    return local_instant(local_day(instant, zone), 0, zone)


def month_of(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def months_back(day: date, count: int) -> list[date]:
    """The first days of the last `count` months, oldest first; the last is the month of `day`."""
    return [add_months(month_of(day), -back) for back in range(count - 1, -1, -1)]


def whole_months(start: date, end: date) -> int:
    """The length of a term in whole months, rounded down, and at least 1. `end` is exclusive.

    An end on the 28th or later completes its month, because the anchor day may have been clamped
    to a short month: 31 January to 28 February is one month.
    """
    return max(
        1,
        (end.year - start.year) * 12
        + end.month
        - start.month
        - (1 if end.day < min(start.day, 28) else 0),
    )
