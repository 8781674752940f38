"""The year as it was computed by hand: every invoice that has to come, and what becomes of it.

Nothing here is read from the product. Months, days and sums are written out; the rest is addition.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

#: The first day of a month's invoices, and the last day of the month.
MONTHS = [
    *((date(2026, 12, 1), 31), (date(2027, 1, 1), 31), (date(2027, 2, 1), 28)),
    *((date(2027, 3, 1), 31), (date(2027, 4, 1), 30), (date(2027, 5, 1), 31)),
    *((date(2027, 6, 1), 30), (date(2027, 7, 1), 31), (date(2027, 8, 1), 31)),
    *((date(2027, 9, 1), 30), (date(2027, 10, 1), 31), (date(2027, 11, 1), 30)),
]
YEAR, QUARTER = 12, 3
SIGNS = {"USD": "$", "EUR": "€", "THB": "฿", "KWD": "KWD"}
DIGITS = {"USD": 2, "EUR": 2, "THB": 2, "KWD": 3}


@dataclass(frozen=True)
class Retainer:
    """One client: the day of the month, the currency, net and tax in minor units, and how it pays.

    Day 31 is the last day of the month. `pays` is after how many days; None: never.
    """

    client: str
    email: str
    day: int
    currency: str
    net: int
    tax: int = 0
    withheld: int = 0
    pays: int | None = 0
    by_card: bool = True
    skips: int = 0  # months at the beginning that are not billed


RETAINERS = (
    Retainer("Baan Coffee Roasters", "ploy@baancoffee.example", 1, "USD", 10_000_00),
    Retainer("Northwind Labs", "erik@northwind.example", 5, "USD", 3_000_00, pays=None),
    Retainer("สวนผึ้ง สตูดิโอ", "mali@suanphueng.example", 3, "USD", 2_000_00, skips=1),
    Retainer("Aurora GmbH", "anna@aurora.example", 31, "EUR", 1_000_00, 70_00),
    Retainer(
        *("Chao Siam Co., Ltd.", "chai@chao.example", 15, "THB", 30_000_00, 2_100_00, 900_00, 4),
        by_card=False,
    ),
    Retainer("Delta Oy", "dina@delta.example", 10, "EUR", 1_500_00, pays=4, by_card=False),
    Retainer("Kuwait Trading", "khalid@kuwait.example", 19, "KWD", 100_125),
)


@dataclass(frozen=True)
class Row:
    """One invoice of the table."""

    of: Retainer
    on: date

    @property
    def total(self) -> int:
        return self.of.net + self.of.tax

    @property
    def paid(self) -> int:
        """What arrives."""
        return 0 if self.of.pays is None else self.total - self.of.withheld

    @property
    def fee(self) -> int:
        """What the test gateway takes of a payment by card: 2.9 %, a half rounded up."""
        return (self.paid * 29 * 2 + 1000) // 2000 if self.of.by_card else 0

    @property
    def open(self) -> int:
        return self.total if self.of.pays is None else 0

    @property
    def paid_on(self) -> date:
        return self.on + timedelta(days=self.of.pays or 0)


def invoices(of: Retainer, months: int) -> Iterator[Row]:
    """The invoices of one client, the oldest first."""
    for first, last in MONTHS[of.skips : months]:
        yield Row(of, first.replace(day=min(of.day, last)))


def everything(months: int) -> list[Row]:
    """All invoices of these months, in the order of their days."""
    rows = [row for of in RETAINERS for row in invoices(of, months)]
    return sorted(rows, key=lambda row: row.on)


def money(minor: int, currency: str) -> str:
    """A sum as a screen shows it: without decimals where they are zero."""
    digits = DIGITS[currency]
    whole, part = divmod(abs(minor), 10**digits)
    text = f"{SIGNS[currency]}{whole:,}" + (f".{part:0{digits}}" if part else "")
    return f"-{text}" if minor < 0 else text


def exact(minor: int, currency: str) -> str:
    """A sum as a CSV file has it."""
    digits = DIGITS[currency]
    return f"{minor // 10**digits}.{minor % 10**digits:0{digits}}"


def long(day: date) -> str:
    """A day as a screen writes it."""
    return f"{day.day} {day:%B %Y}"
