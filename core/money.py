"""Money as integers of the currency's minor unit (rules 7, 10 and 11). Pure, and without any float.

30,000.00 THB, 17 of 31 days   16,451.61   prorate(3_000_000, 17, 31) == 1_645_161
100,000 JPY,   17 of 31 days   54,839      prorate(100_000, 17, 31) == 54_839
100.000 KWD,   17 of 31 days   54.839      prorate(100_000, 17, 31) == 54_839
8,180.00, tax of 9.975 %          815.96   tax(818_000, Decimal("9.975")) == 81_596
32,100.00, including 7 % tax   30,000.00   tax_inclusive(3_210_000, [Decimal(7)])
                                           == (3_000_000, [210_000])
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

from core import languages

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

LARGEST = 10**12  # minor units: anything above is taken for a typing error
LONGEST = 100  # digits, leading zeros included, that are still read as a number
SYMBOLS = {"THB": "฿"}  # in English, CLDR would write "THB28,000.00"


class UnknownCurrency(ValueError):
    """The text is not a known ISO 4217 currency code."""


class BadAmount(ValueError):
    """The text is not an amount in that currency.

    `code` is the reason: "number", "decimals", "negative" or "large".
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@cache
def exponent(currency: str) -> int:
    """Decimal places of an ISO 4217 currency, from CLDR: JPY 0, USD 2, KWD 3.

    Raises UnknownCurrency.
    """
    if currency not in get_global("all_currencies"):
        raise UnknownCurrency(currency)
    return int(get_currency_precision(currency))


def round_half_up(value: Fraction) -> int:
    """The nearest integer; halves are rounded away from zero."""
    whole = (abs(value) * 2 + 1) // 2
    return int(whole) if value >= 0 else -int(whole)


def nearest(numerator: int, denominator: int) -> int:
    """The same of a fraction with a positive denominator, in a tenth of the time."""
    whole = (abs(numerator) * 2 + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def tax(amount: int, percent: Decimal | int) -> int:
    """The tax on an amount, rounded once (rule 11). `percent` is exact: 7 or Decimal("9.975")."""
    return round_half_up(Fraction(amount) * Fraction(percent) / 100)


def tax_inclusive(gross: int, percents: Sequence[Decimal]) -> tuple[int, list[int]]:
    """Split an amount that includes tax into its net and the tax of each rate.

    Each tax is gross × rate / (100 + sum of all rates), rounded once (rule 11). The net is the
    rest, so that net and taxes always add up to `gross` exactly.
    """
    whole = 100 + sum(map(Fraction, percents))
    taxes = [round_half_up(gross * Fraction(percent) / whole) for percent in percents]
    return gross - sum(taxes), taxes


def prorate(amount: int, used: int, total: int) -> int:
    """The part of a fee for `used` of `total` days: one exact fraction, rounded once (rule 7)."""
    return nearest(amount * used, total)


def parse(text: str, currency: str) -> int:
    """Read an amount that a person typed, in minor units. Raises BadAmount.

    Examples: "3,000", "3000.50", "๓๐๐๐", "฿3,000". A comma or a space may only group thousands:
    "3000,50" is refused instead of being read as 300,050, and so is "3.000" in a currency with two
    decimals.
    """
    places = exponent(currency)
    match = _amount_pattern(currency).fullmatch(text.strip())
    minus, whole, decimals = match.groups(default="") if match else ("", "", "")
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
def _amount_pattern(currency: str) -> re.Pattern[str]:
    """Matches an amount as people write it, in the groups minus, whole units and decimals.

    The currency's code or symbol may stand on either side.
    """
    symbols = {
        currency,
        SYMBOLS.get(currency, currency),
        *(get_currency_symbol(currency, one.locale) for one in languages.LANGUAGES.values()),
    }
    symbol = rf"(?:{'|'.join(map(re.escape, sorted(symbols)))})?"
    return re.compile(rf"(-?){symbol}\s*(\d{{1,3}}(?:[,\s]\d{{3}})+|\d*)(?:\.(\d*))?\s*{symbol}")


def to_decimal(amount: int, currency: str) -> Decimal:
    """An amount in major units, exact: (1645161, "THB") → Decimal("16451.61")."""
    return Decimal(amount).scaleb(-exponent(currency))


def format(
    amount: int, currency: str, locale: str = languages.of(None).locale, *, compact: bool = True
) -> str:
    """Format an amount for a CLDR locale. `compact` omits the decimals if they are all zero."""
    return _written(amount, currency, locale, compact)


@lru_cache(maxsize=4096)
def _written(amount: int, currency: str, locale: str, compact: bool) -> str:
    """What `format` returns; kept, since a page writes few sums many times."""
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
