"""One cell of a bank statement: a date or an amount, as English, Thai and German banks write them. Pure.

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

#: Signs that may stand beside an amount, and the currencies they can mean.
SIGNS = {
    "€": ("EUR",),
    "฿": ("THB",),
    "บาท": ("THB",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD"),
}
YEARS = range(2000, 2100)

_BUDDHIST = 543  # years ahead of the common era
_CLOCK = r"(?:[T\s].*)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([./-])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}")
_DIGITS = (
    re.compile(r"(?P<whole>[1-9]\d{0,2}(?:,\d{2,3})*,\d{3})(?:\.(?P<part>\d+))?"),
    re.compile(r"(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+)(?:,(?P<part>\d+))?"),
    re.compile(r"(?P<whole>\d*)[.,](?P<part>\d+)|(?P<only>\d+)"),
)
_OUTGOING = ("DR", "S", "D")


def folded(text: str) -> str:
    """The cell with full-width and Thai digits as 0 to 9, one kind of minus, no space around it."""
    return (
        ascii_digits(unicodedata.normalize("NFKC", text))
        .replace("\u2212", "-")
        .replace("\u2013", "-")
        .strip()
    )


def read_date(text: str) -> date:
    """The day, with the day before the month unless the year comes first. ValueError where it is none.

    A year from 2400 is Buddhist; of two digits, 60 and above is Buddhist (2560 was 2017) and less is this century.
    """
    cell = folded(text)
    if found := _YEAR_FIRST.fullmatch(cell):
        year, month, day = found[1], found[3], found[4]
    elif found := _DAY_FIRST.fullmatch(cell):
        year, month, day = found[4], found[3], found[1]
    else:
        raise ValueError("not a date")
    return date(_year(year), int(month), int(day))


def is_month_first(text: str) -> bool:
    """Whether it only is a date with the month before the day, as in 03/16/2026."""
    found = _DAY_FIRST.fullmatch(folded(text))
    return found is not None and int(found[3]) > 12 >= int(found[1])


def read_amount(text: str, currency: str) -> int:
    """Minor units with their sign. ValueError where it is no sum, or could be two: KWD "1,234" is one or a thousand.

    Raises UnknownCurrency, which is a ValueError.
    """
    places = exponent(currency)
    found = _written(currency).fullmatch(re.sub(r"[\s'’]", "", folded(text)).upper())
    if not found or len(found["digits"]) > LONGEST:
        raise ValueError("not an amount")
    marks = [
        bool(found["open"]),
        *(found[place] == "-" for place in "abc"),
        found["side"] in _OUTGOING,
    ]
    if bool(found["open"]) != bool(found["close"]) or sum(marks) > 1:
        raise ValueError("signed twice")
    amount = _minor(found["digits"], places)
    return -amount if any(marks) else amount


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
    """An amount with its signs, the currency's mark on either side and the bank's letter for the direction."""
    marks = [currency, *(sign for sign, codes in SIGNS.items() if currency in codes)]
    mark = f"(?:{'|'.join(re.escape(folded(each)) for each in marks)})?"
    return re.compile(
        rf"(?P<open>\()?(?P<a>[+-]?){mark}(?P<b>[+-]?)(?P<digits>[\d.,]+)(?P<c>[+-]?){mark}"
        r"(?P<close>\))?(?P<side>CR|DR|[CDHS])?"
    )


def _minor(text: str, places: int) -> int:
    """What is left without signs. Decimals beyond the currency's own may only be zeros."""
    found = next((match for pattern in _DIGITS if (match := pattern.fullmatch(text))), None)
    if found is None:
        raise ValueError("not a number")
    names = found.groupdict()
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
    """Where a currency has three decimals a point before three digits is the decimal one; a comma could be either."""
    whole, mark, part = text.partition(".")
    if not mark:
        raise ValueError("one or a thousand")
    return whole, part
