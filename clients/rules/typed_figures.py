"""Reads figures as people type them while they talk; what is not one yet is kept as text elsewhere. Pure."""

import re
from decimal import Decimal
from fractions import Fraction

_THOUSANDS = re.compile(r"\d{1,3}(?:[, ]\d{3})+(?:\.\d{1,2})?")
_PLAIN = re.compile(r"\d{1,12}(?:[.,]\d{1,2})?")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")
_HOURS = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")
MOST_HOURS = 744  # a month of 31 days


def figure(text: str) -> Decimal | None:
    """1200, 1,200, 2.5, 2,5 or 12 % as a number with at most two decimals, below a million million; else None."""
    cleaned = text.strip().removesuffix("%").strip()
    if _THOUSANDS.fullmatch(cleaned):
        cleaned = re.sub("[, ]", "", cleaned)
    elif _PLAIN.fullmatch(cleaned):
        cleaned = cleaned.replace(",", ".")
    else:
        return None
    found = Decimal(cleaned)
    return found if found < 10**12 else None


def minutes(text: str) -> int | None:
    """Hours a month (20, 12.5, 12:30, 20 h) as minutes, half a minute up; None where it is no such thing."""
    cleaned = text.strip().lower().removesuffix("h").strip()
    if clock := _CLOCK.fullmatch(cleaned):
        found = int(clock[1]) * 60 + int(clock[2])
    elif _HOURS.fullmatch(cleaned):
        found = int(Fraction(cleaned.replace(",", ".")) * 60 + Fraction(1, 2))
    else:
        return None
    return found if 0 < found <= MOST_HOURS * 60 else None
