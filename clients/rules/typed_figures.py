"""Reads numbers and hours in the forms in which people type them during a call. Pure."""

import re
from decimal import Decimal
from fractions import Fraction

_THOUSANDS = re.compile(r"\d{1,3}(?:[, ]\d{3})+(?:\.\d{1,2})?")
_PLAIN = re.compile(r"\d{1,12}(?:[.,]\d{1,2})?")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")
_HOURS = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")
_AMOUNT = re.compile(
    r"(?<![\d.,])(?:(\d{1,3}(?:[., ]\d{3})+)|(\d{1,9}(?:[.,]\d{1,2})?))(?!\d)(?:\s?(k)\b)?",
    re.IGNORECASE,
)
_YEARLY = re.compile(r"year|annual|p\.\s?a\b|ปี", re.IGNORECASE)
MAX_HOURS = 744  # of a month with 31 days


def parse_figure(text: str) -> Decimal | None:
    """Read a number with at most two decimals, below 10¹²; None if the text is no such number.

    Examples: 1200, 1,200, 2.5, 2,5 and 12 %.
    """
    cleaned = text.strip().removesuffix("%").strip()
    if _THOUSANDS.fullmatch(cleaned):
        cleaned = re.sub("[, ]", "", cleaned)
    elif _PLAIN.fullmatch(cleaned):
        cleaned = cleaned.replace(",", ".")
    else:
        return None
    number = Decimal(cleaned)
    return number if number < 10**12 else None


def parse_budget(text: str) -> Decimal | None:
    """The highest number in a budget as it was heard, a month; None if there is no number.

    Examples: "2,500 a month" and "2-2.5k" are 2500; "30,000 a year" is 2500, too.
    """
    found = []
    for thousands, plain, kilo in _AMOUNT.findall(text):
        number = re.sub("[., ]", "", thousands) or plain.replace(",", ".")
        found.append(Decimal(number) * (1000 if kilo else 1))
    if not found:
        return None
    return max(found) / 12 if _YEARLY.search(text) else max(found)


def parse_minutes(text: str) -> int | None:
    """Read hours per month as minutes, rounding half a minute up; None if the text is no such time.

    Examples: 20, 12.5, 12:30 and 20 h. More than 744 hours are refused, and so is 0.
    """
    cleaned = text.strip().lower().removesuffix("h").strip()
    if clock := _CLOCK.fullmatch(cleaned):
        total = int(clock[1]) * 60 + int(clock[2])
    elif _HOURS.fullmatch(cleaned):
        total = int(Fraction(cleaned.replace(",", ".")) * 60 + Fraction(1, 2))
    else:
        return None
    return total if 0 < total <= MAX_HOURS * 60 else None
