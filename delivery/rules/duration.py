"""Reads and writes durations as people type them. Pure.

1:30 → 90    1.5 → 90    1,5 → 90    90m → 90    2h → 120    1h30 → 90
"""

import re
from fractions import Fraction

_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")
_UNITS = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m?)?")
_DECIMAL = re.compile(r"\d{1,3}(?:[.,]\d{1,3})?h?")


class BadDuration(ValueError):
    """The text is no duration."""


def parse_minutes(text: str) -> int:
    """Whole minutes, half a minute up. Raises BadDuration; zero and less are none."""
    cleaned = "".join(text.lower().split())
    minutes = _minutes(cleaned)
    if minutes <= 0:
        raise BadDuration(text)
    return minutes


def clock(minutes: int) -> str:
    """Minutes as parse_minutes reads them again: 90 → 1:30."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}"


def _minutes(text: str) -> int:
    if found := _CLOCK.fullmatch(text):
        return int(found[1]) * 60 + int(found[2])
    if _DECIMAL.fullmatch(text):
        number = Fraction(text.rstrip("h").replace(",", "."))
        return int(number * 60 + Fraction(1, 2))
    if (found := _UNITS.fullmatch(text)) and any(found.groups()):
        return int(found[1] or 0) * 60 + int(found[2] or 0)
    raise BadDuration(text)
