"""The prices that built-in packages suggest in each currency. Pure.

They are no conversion (rule 13): each currency has a level of its own, which is what such work
usually costs where the currency is used, and every price is rounded to a sum that people ask.

    a package of 3,000, 5,000 and 10,000 dollars     suggests
    EUR      3,000      5,000      10,000
    THB     30,000     50,000     100,000
    JPY    300,000    500,000   1,000,000
    KWD        900      1,500       3,000
"""

from collections.abc import Sequence
from fractions import Fraction

from core import money

#: What is asked in a currency where one dollar is asked in the United States.
LEVELS: dict[str, Fraction] = {
    "USD": Fraction(1),
    "EUR": Fraction(1),
    "GBP": Fraction(1),
    "CHF": Fraction(1),
    "SGD": Fraction(6, 5),
    "CAD": Fraction(6, 5),
    "AUD": Fraction(6, 5),
    "NZD": Fraction(6, 5),
    "THB": Fraction(10),
    "JPY": Fraction(100),
    "INR": Fraction(30),
    "KRW": Fraction(1_000),
    "KWD": Fraction(3, 10),
    "HKD": Fraction(8),
    "IDR": Fraction(5_000),
    "MYR": Fraction(2),
    "PHP": Fraction(20),
    "VND": Fraction(10_000),
    "SEK": Fraction(10),
    "NOK": Fraction(10),
    "DKK": Fraction(7),
    "PLN": Fraction(3),
    "CZK": Fraction(20),
    "ZAR": Fraction(10),
    "BRL": Fraction(3),
    "MXN": Fraction(12),
    "AED": Fraction(4),
}
#: The first two digits of a pleasant price.
PLEASANT: tuple[int, ...] = (
    *(10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 25, 28, 30, 32, 35, 36, 38, 40, 45, 48, 50),
    *(55, 60, 65, 70, 75, 80, 85, 90, 95, 100),
)


def prices(dollars: Sequence[int], currency: str) -> list[int]:
    """The prices in minor units of `currency` for a ladder of rising prices in whole dollars.

    They rise as well. A currency without a level is asked as many units as dollars.
    """
    found: list[int] = []
    for price in dollars:
        units = _pleasant(price * LEVELS.get(currency, Fraction(1)))
        while found and units <= found[-1]:
            units = _next(units)
        found.append(units)
    return [units * 10 ** money.exponent(currency) for units in found]


def is_pleasant(units: int) -> bool:
    """Whether a price in whole units is a sum that people ask, such as 1,500 or 48,000."""
    return _pleasant(Fraction(units)) == units


def _pleasant(value: Fraction) -> int:
    """The pleasant sum nearest to a value of ten or more."""
    size: int = 10 ** (len(str(int(value))) - 2)
    return min((start * size for start in PLEASANT), key=lambda units: abs(units - value))


def _next(units: int) -> int:
    """The smallest pleasant sum above a pleasant sum."""
    size: int = 10 ** (len(str(units)) - 2)
    return next(start * size for start in (*PLEASANT, 110) if start * size > units)
