"""Reads durations as people type them, and writes them back. Pure.

1:30 → 90    1.5 → 90    1,5 → 90    90m → 90    2h → 120    1h30 → 90
"""

import re
from fractions import Fraction

_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")
_UNITS = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m?)?")
_DECIMAL = re.compile(r"\d{1,3}(?:[.,]\d{1,3})?h?")


class BadDuration(ValueError):
    """The text is not a duration."""


def parse_minutes(text: str) -> int:
    """Return the duration in whole minutes; half a minute is rounded up.

    Raises BadDuration for anything else, and for zero.
    """
    cleaned = "".join(text.lower().split())
    minutes = _minutes(cleaned)
    if minutes <= 0:
        raise BadDuration(text)
    return minutes


def format_minutes(minutes: int) -> str:
    """Format minutes so that `parse_minutes` reads them again: 90 → 1:30."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}"


def _minutes(text: str) -> int:
    if match := _CLOCK.fullmatch(text):
        return int(match[1]) * 60 + int(match[2])
    if _DECIMAL.fullmatch(text):
        number = Fraction(text.rstrip("h").replace(",", "."))
        return int(number * 60 + Fraction(1, 2))
    if (match := _UNITS.fullmatch(text)) and any(match.groups()):
        return int(match[1] or 0) * 60 + int(match[2] or 0)
    raise BadDuration(text)
