"""Reads one cell of a time tracker's export: a day, a duration, a time of day, a yes or no. Pure.

2026-11-03 · 03/11/2026 · 11/03/2026 · 3.11.26     days; with slashes the whole file decides the
order 1:30:00 · 1:30 · 1.5 · "1,5" · 1h 30m              5400 seconds
"""

import re
from collections.abc import Iterable
from datetime import date, time
from fractions import Fraction

YEARS = range(2000, 2100)
LONGEST = 40  # characters of a cell that are read

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]?\d)(?::([0-5]?\d)(?:\.\d+)?)?", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,4})(?:[.,](\d{1,6}))?\s*h?", re.ASCII)
_UNITS = re.compile(
    r"(?:(\d{1,4})\s*h)?\s*(?:(\d{1,4})\s*m(?:in)?)?\s*(?:(\d{1,5})\s*s)?", re.ASCII
)
_HALVES = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])\.?m\.?", re.ASCII | re.IGNORECASE)


def read_day(cell: str, day_first: bool) -> date:
    """Return the day in a cell.

    Raises ValueError where it holds none, or not one of this century.
    """
    text = cell[:LONGEST].strip()
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match[1], match[2], match[3]
    elif match := _YEAR_LAST.fullmatch(text):
        is_day_first = day_first or match[2] == "."
        day, month, year = (
            (match[1], match[3], match[4]) if is_day_first else (match[3], match[1], match[4])
        )
    else:
        raise ValueError("not a date")
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    if full_year not in YEARS:
        raise ValueError("not a year of this century")
    return date(full_year, int(month), int(day))


def day_first(cells: Iterable[str]) -> bool | None:
    """Return whether the day stands before the month, judged from all days of a file.

    A day that can be read in one way only decides for all others. None where such days contradict
    each other, or where none decides and at least one is ambiguous: then a person must say.
    """
    orders: set[bool] = set()
    is_ambiguous = False
    for cell in cells:
        readings = {order: _try(cell, order) for order in (True, False)}
        if readings[True] and readings[False]:
            is_ambiguous = is_ambiguous or readings[True] != readings[False]
        else:
            orders |= {order for order, day in readings.items() if day}
    if len(orders) == 1:
        return orders.pop()
    return None if is_ambiguous or orders else True


def doubtful(cells: Iterable[str]) -> tuple[str, date, date] | None:
    """Return the first ambiguous day: as written, read day first, and read month first."""
    for cell in cells:
        day_first_reading, month_first_reading = _try(cell, True), _try(cell, False)
        if day_first_reading and month_first_reading and day_first_reading != month_first_reading:
            return cell, day_first_reading, month_first_reading
    return None


def read_seconds(cell: str) -> int:
    """Return a duration in seconds, which may be 0. Raises ValueError where the cell holds none."""
    text = cell[:LONGEST].strip().lower()
    if match := _CLOCK.fullmatch(text):
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    if match := _DECIMAL.fullmatch(text):
        return int(Fraction(f"{match[1]}.{match[2] or 0}") * 3600 + Fraction(1, 2))
    if (match := _UNITS.fullmatch(text)) and any(match.groups()):
        return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + int(match[3] or 0)
    raise ValueError("not a duration")


def read_clock(cell: str) -> time:
    """Return a time of day, in 24 hours or with AM and PM.

    Raises ValueError where the cell holds none.
    """
    text = cell[:LONGEST].strip()
    if match := _HALVES.fullmatch(text):
        if not 1 <= int(match[1]) <= 12:
            raise ValueError("not a time")
        hour = int(match[1]) % 12 + (12 if match[4].lower() == "p" else 0)
        return time(hour, int(match[2]), int(match[3] or 0))
    if match := _CLOCK.fullmatch(text):
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    raise ValueError("not a time")


def is_no(cell: str) -> bool:
    """Whether the cell says no; an empty cell does not."""
    return cell[:LONGEST].strip().casefold() in (
        "no",
        "n",
        "false",
        "0",
        "non-billable",
        "nein",
        "ไม่",
        "ไม่ใช่",
    )


def _try(cell: str, day_first: bool) -> date | None:
    """Return the day in a cell in the given order, None where it holds none."""
    try:
        return read_day(cell, day_first)
    except ValueError:
        return None
