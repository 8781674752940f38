"""One cell of a time tracker's export: a day, a duration, a clock, a yes or no. Pure.

2026-11-03 · 03/11/2026 · 11/03/2026 · 3.11.26     days; which of the two with strokes, the whole file decides
1:30:00 · 1:30 · 1.5 · "1,5" · 1h 30m              5400 seconds
"""

import re
from collections.abc import Iterable
from datetime import date, time
from fractions import Fraction

YEARS = range(2000, 2100)
LONGEST = 40  # characters of a cell that says a number

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]?\d)(?::([0-5]?\d)(?:\.\d+)?)?", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,4})(?:[.,](\d{1,6}))?\s*h?", re.ASCII)
_UNITS = re.compile(
    r"(?:(\d{1,4})\s*h)?\s*(?:(\d{1,4})\s*m(?:in)?)?\s*(?:(\d{1,5})\s*s)?", re.ASCII
)
_HALVES = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])\.?m\.?", re.ASCII | re.IGNORECASE)


def read_day(cell: str, day_first: bool) -> date:
    """The day. ValueError where it is none, or not of this century."""
    text = cell[:LONGEST].strip()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
    elif found := _YEAR_LAST.fullmatch(text):
        first = day_first or found[2] == "."
        day, month, year = (
            (found[1], found[3], found[4]) if first else (found[3], found[1], found[4])
        )
    else:
        raise ValueError("not a date")
    whole = int(year) + (2000 if len(year) == 2 else 0)
    if whole not in YEARS:
        raise ValueError("not a year of this century")
    return date(whole, int(month), int(day))


def day_first(cells: Iterable[str]) -> bool | None:
    """Whether the day stands before the month, from all the days of a file; None where a person must say.

    A day that only reads one way decides for all others. Days that contradict each other decide nothing.
    """
    only: set[bool] = set()
    doubtful = False
    for cell in cells:
        read = {first: _try(cell, first) for first in (True, False)}
        if read[True] and read[False]:
            doubtful = doubtful or read[True] != read[False]
        else:
            only |= {first for first, day in read.items() if day}
    if len(only) == 1:
        return only.pop()
    return None if doubtful or only else True


def doubtful(cells: Iterable[str]) -> tuple[str, date, date] | None:
    """The first day that could be two: as it is written, read day first, and read month first."""
    for cell in cells:
        day, other = _try(cell, True), _try(cell, False)
        if day and other and day != other:
            return cell, day, other
    return None


def read_seconds(cell: str) -> int:
    """A duration in seconds, 0 too. ValueError where it is none."""
    text = cell[:LONGEST].strip().lower()
    if found := _CLOCK.fullmatch(text):
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
    if found := _DECIMAL.fullmatch(text):
        return int(Fraction(f"{found[1]}.{found[2] or 0}") * 3600 + Fraction(1, 2))
    if (found := _UNITS.fullmatch(text)) and any(found.groups()):
        return int(found[1] or 0) * 3600 + int(found[2] or 0) * 60 + int(found[3] or 0)
    raise ValueError("not a duration")


def read_clock(cell: str) -> time:
    """A time of the day, of 24 hours or with AM and PM. ValueError where it is none."""
    text = cell[:LONGEST].strip()
    if found := _HALVES.fullmatch(text):
        if not 1 <= int(found[1]) <= 12:
            raise ValueError("not a time")
        hour = int(found[1]) % 12 + (12 if found[4].lower() == "p" else 0)
        return time(hour, int(found[2]), int(found[3] or 0))
    if found := _CLOCK.fullmatch(text):
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    raise ValueError("not a time")


def is_no(cell: str) -> bool:
    """Whether the cell says no; one that says nothing does not."""
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


def _try(cell: str, first: bool) -> date | None:
    try:
        return read_day(cell, first)
    except ValueError:
        return None
