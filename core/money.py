"""Amounts: integers of the currency's minor unit (rules 7, 10, 11). Pure; no float ever touches money.

30,000.00 THB, 17 of 31 days   16,451.61     prorate(3_000_000, 17, 31) == 1_645_161
100,000 JPY,   17 of 31 days   54,839        prorate(100_000, 17, 31) == 54_839
100.000 KWD,   17 of 31 days   54.839        prorate(100_000, 17, 31) == 54_839
8,180.00 at 9.975 %              815.96      tax(818_000, Decimal("9.975")) == 81_596
32,100.00 with 7 % in it       30,000.00     tax_inclusive(3_210_000, [Decimal(7)]) == (3_000_000, [210_000])
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

CURRENCIES = (
    "USD",
    "EUR",
    "GBP",
    "THB",
    "SGD",
    "AUD",
    "CAD",
    "CHF",
    "INR",
    "JPY",
    "KRW",
    "KWD",
    "HKD",
    "IDR",
    "MYR",
    "PHP",
    "VND",
    "NZD",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "ZAR",
    "BRL",
    "MXN",
    "AED",
)

LARGEST = 10**12  # minor units: beyond it somebody's finger slipped
LONGEST = 100  # digits, leading zeros and all, that are still read as a number
LOCALES = ("en", "th")  # in which sums are written here
SYMBOLS = {"THB": "฿"}  # CLDR's English writes "THB28,000.00"


class UnknownCurrency(ValueError):
    """Not an ISO 4217 code that we know."""


class BadAmount(ValueError):
    """The text is not a sum of money in that currency. `code` says why: number, decimals, negative, large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@cache
def exponent(currency: str) -> int:
    """Decimal places of an ISO 4217 currency, from CLDR's table: JPY 0, USD 2, KWD 3."""
    if currency not in get_global("all_currencies"):
        raise UnknownCurrency(currency)
    return int(get_currency_precision(currency))


def round_half_up(value: Fraction) -> int:
    """The nearest integer; a half goes away from zero."""
    whole = (abs(value) * 2 + 1) // 2
    return int(whole) if value >= 0 else -int(whole)


def tax(amount: int, percent: Decimal | int) -> int:
    """Tax on a sum, rounded once (rule 11). `percent` is exact: 7 or Decimal("9.975")."""
    return round_half_up(Fraction(amount) * Fraction(percent) / 100)


def tax_by_rate(lines: Iterable[tuple[int, Decimal]]) -> dict[Decimal, int]:
    """Tax per rate on the sum of its lines, each rounded once. Lines are (amount, percent)."""
    sums: dict[Decimal, int] = defaultdict(int)
    for amount, percent in lines:
        sums[percent] += amount
    return {percent: tax(amount, percent) for percent, amount in sorted(sums.items())}


def tax_inclusive(gross: int, percents: Sequence[Decimal]) -> tuple[int, list[int]]:
    """The net, and the tax of each rate, that are inside `gross`; together they are `gross` to the unit.

    Each tax is gross × rate / (100 + all rates), rounded once (rule 11); the net is what is left.
    """
    whole = 100 + sum(map(Fraction, percents))
    taxes = [round_half_up(gross * Fraction(percent) / whole) for percent in percents]
    return gross - sum(taxes), taxes


def prorate(amount: int, used: int, total: int) -> int:
    """`used` of `total` days of a fee: one exact fraction, rounded once (rule 7)."""
    return round_half_up(Fraction(amount * used, total))


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split by weight without losing a unit: what is left goes to the largest remainders, first come first."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("Weights must be non-negative and not all zero.")
    shares = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % total))
    for i in by_remainder[: amount - sum(shares)]:
        shares[i] += 1
    return shares


def parse(text: str, currency: str) -> int:
    """What a person typed, in minor units: "3,000", "3000.50", "๓๐๐๐", "฿3,000". Raises BadAmount.

    A comma or a space only groups thousands: "3000,50" is refused, not read as 300,050. So is "3.000" where the
    currency has two decimals.
    """
    places = exponent(currency)
    found = _written(currency).fullmatch(text.strip())
    minus, whole, decimals = found.groups(default="") if found else ("", "", "")
    if not whole and not decimals:
        raise BadAmount("number")
    if len(decimals) > places:
        raise BadAmount("decimals")
    digits = re.sub(r"\D", "", whole) + decimals.ljust(places, "0")
    if len(digits) > LONGEST or int(digits) > LARGEST:
        raise BadAmount("large")
    if minus and int(digits):
        raise BadAmount("negative")
    return int(digits)


@cache
def _written(currency: str) -> re.Pattern[str]:
    """A sum as people write it: minus, whole, decimals; the currency's own sign may stand on either side."""
    signs = {
        currency,
        SYMBOLS.get(currency, currency),
        *(get_currency_symbol(currency, lang) for lang in LOCALES),
    }
    sign = rf"(?:{'|'.join(map(re.escape, sorted(signs)))})?"
    return re.compile(rf"(-?){sign}\s*(\d{{1,3}}(?:[,\s]\d{{3}})+|\d*)(?:\.(\d*))?\s*{sign}")


def to_decimal(amount: int, currency: str) -> Decimal:
    """Major units, exact: (1645161, "THB") → Decimal("16451.61")."""
    return Decimal(amount).scaleb(-exponent(currency))


def format(amount: int, currency: str, locale: str = "en", *, compact: bool = True) -> str:
    """As `locale` writes money. Compact leaves the decimals away where they are all zero."""
    value = to_decimal(amount, currency)
    whole = compact and value == value.to_integral_value()
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    if whole:
        pattern = pattern.replace(".00", "")
    if currency in SYMBOLS:
        pattern = pattern.replace("\u00a4\u00a0", "\u00a4").replace(
            "\u00a4", f"'{SYMBOLS[currency]}'"
        )
    return format_currency(value, currency, pattern, locale=locale, currency_digits=not whole)
