"""Reads dates and amounts as English, Thai and German banks write them in statements. Pure.

16/03/2026 · 16.03.26 · 2026-03-16 10:15 · ๑๖/๐๓/๒๕๖๙    the same day
"1,234.50" · "1.234,50" · "1 234,50 €" · "THB 1,234.50"  123450
"(12.00)" · "-12" · "12.00-" · "12.00 DR"                -1200
"""

import re
import unicodedata
from datetime import date
from functools import cache

from billing.bank_transfer.codes.reference import ascii_digits
from core.money import LARGEST, LONGEST, exponent

#: Currency symbols that may stand beside an amount, and the currencies they can mean.
CURRENCY_SYMBOLS = {
    "€": ("EUR",),
    "฿": ("THB",),
    "บาท": ("THB",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD"),
}
YEARS = range(2000, 2100)

_BUDDHIST = 543  # the Buddhist year less the year of the common era
_CLOCK = r"(?:[T\s].*)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([./-])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}")
_DIGITS = (
    re.compile(r"(?P<whole>[1-9]\d{0,2}(?:,\d{2,3})*,\d{3})(?:\.(?P<part>\d+))?"),
    re.compile(r"(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+)(?:,(?P<part>\d+))?"),
    re.compile(r"(?P<whole>\d*)[.,](?P<part>\d+)|(?P<only>\d+)"),
)
_OUTGOING = ("DR", "S", "D")


def normalised(text: str) -> str:
    """Return the cell with Thai and full-width digits as 0 to 9, ASCII minus, no outer spaces."""
    return (
        ascii_digits(unicodedata.normalize("NFKC", text))
        .replace("\u2212", "-")
        .replace("\u2013", "-")
        .strip()
    )


def read_date(text: str) -> date:
    """Read a date with the day before the month, or with the year first.

    A year from 2400 is Buddhist. A year of two digits is Buddhist from 60 (2560 is 2017), and
    otherwise in this century. Raises ValueError if the cell is not a date.
    """
    cell = normalised(text)
    if match := _YEAR_FIRST.fullmatch(cell):
        year, month, day = match[1], match[3], match[4]
    elif match := _DAY_FIRST.fullmatch(cell):
        year, month, day = match[4], match[3], match[1]
    else:
        raise ValueError("not a date")
    return date(_year(year), int(month), int(day))


def is_month_first(text: str) -> bool:
    """Whether the cell is a date only if the month comes before the day, as in 03/16/2026."""
    match = _DAY_FIRST.fullmatch(normalised(text))
    return match is not None and int(match[3]) > 12 >= int(match[1])


def read_amount(text: str, currency: str) -> int:
    """Read an amount, in minor units of `currency`; it is negative if money went out.

    Raises ValueError if the cell is not an amount, or could be two: KWD "1,234" may be one or a
    thousand. Raises UnknownCurrency, which is a ValueError, for a currency we do not know.
    """
    places = exponent(currency)
    match = _written(currency).fullmatch(re.sub(r"[\s'’]", "", normalised(text)).upper())
    if not match or len(match["digits"]) > LONGEST:
        raise ValueError("not an amount")
    minus_marks = [
        bool(match["open"]),
        *(match[place] == "-" for place in "abc"),
        match["side"] in _OUTGOING,
    ]
    if bool(match["open"]) != bool(match["close"]) or sum(minus_marks) > 1:
        raise ValueError("signed twice")
    amount = _minor_units(match["digits"], places)
    return -amount if any(minus_marks) else amount


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 2:
        year += 2500 if year >= 60 else 2000
    if year >= 2400:
        year -= _BUDDHIST
    if year not in YEARS:
        raise ValueError("not a year of this century")
    return year


@cache
def _written(currency: str) -> re.Pattern[str]:
    """Return the pattern of an amount.

    It allows plus or minus, the currency's code or symbol on either side, and the letters with
    which a bank marks the direction.
    """
    marks = [currency, *(symbol for symbol, codes in CURRENCY_SYMBOLS.items() if currency in codes)]
    mark = f"(?:{'|'.join(re.escape(normalised(text)) for text in marks)})?"
    return re.compile(
        rf"(?P<open>\()?(?P<a>[+-]?){mark}(?P<b>[+-]?)(?P<digits>[\d.,]+)(?P<c>[+-]?){mark}"
        r"(?P<close>\))?(?P<side>CR|DR|[CDHS])?"
    )


def _minor_units(text: str, places: int) -> int:
    """Read the digits of an amount; decimals beyond the currency's `places` have to be zeros."""
    digits = next((match for pattern in _DIGITS if (match := pattern.fullmatch(text))), None)
    if digits is None:
        raise ValueError("not a number")
    names = digits.groupdict()
    whole, part = names.get("only") or names["whole"] or "", names["part"] or ""
    if places == 3 and not part and len(re.findall(r"[.,]", whole)) == 1:
        whole, part = _thousandths(whole)
    if part[places:].strip("0"):
        raise ValueError("too many decimals")
    amount = int((re.sub(r"[.,]", "", whole) or "0") + part[:places].ljust(places, "0"))
    if amount > LARGEST:
        raise ValueError("too large")
    return amount


def _thousandths(text: str) -> tuple[str, str]:
    """Split "1.234" of a currency with three decimals at the point.

    "1,234" is refused with ValueError: the comma may separate decimals or thousands.
    """
    whole, mark, part = text.partition(".")
    if not mark:
        raise ValueError("one or a thousand")
    return whole, part
