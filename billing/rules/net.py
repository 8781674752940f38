"""What is left of money that came in: less fees, withheld tax and tax to pass on (rule 69). Pure.

gross 3,210.00 USD, fee 93.09, of which VAT 210.00      net 2,906.91
gross 3,210.00 THB by transfer, withheld 90.00, VAT 210.00      net 2,910.00
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from core.money import round_half_up


class Kind(StrEnum):
    """What moved money, or the tax in it. They follow each other in this order on one day.

    CREDIT: an invoice was paid from client credit. CERTIFICATE: the client withheld a part that no
    payment had shown. DISPUTE: the bank withdrew the money; DISPUTE_BACK: it came back. FEE: of a
    refund or a dispute.
    """

    PAYMENT = "payment"
    CREDIT = "credit"
    CERTIFICATE = "certificate"
    CREDIT_NOTE = "credit_note"
    REFUND = "refund"
    REVERSAL = "reversal"
    DISPUTE = "dispute"
    DISPUTE_BACK = "dispute_back"
    FEE = "fee"


ORDER = list(Kind)


class FeeState(StrEnum):
    """KNOWN: reported. WAITING: asked for again. SILENT: never reported. NONE: nobody does."""

    KNOWN = "known"
    WAITING = "waiting"
    SILENT = "silent"
    NONE = "none"


@dataclass(frozen=True)
class Fee:
    """A fee as it was taken, in minor units.

    `own` is what it is in the payment's currency, None if no rate is known.
    """

    amount: int
    currency: str
    own: int | None

    @classmethod
    def reported(cls, amount: int, currency: str, own: str, *, moved: int, settled: int) -> "Fee":
        """Convert a fee at the rate at which `moved` of the currency `own` became `settled`."""
        if currency == own:
            return cls(amount, currency, amount)
        rate = Fraction(moved, settled) if settled else None
        return cls(amount, currency, round_half_up(amount * rate) if rate else None)


@dataclass(frozen=True)
class Line:
    """One movement of money, or of tax, on a local day. Amounts are minor units of `currency`.

    `gross` is with what the client withheld. `about` is what a page shows of it: client, invoice
    and so on; it counts for nothing.
    """

    on: date
    kind: Kind
    currency: str
    gross: int = 0
    withheld: int = 0
    tax: int = 0
    fees: tuple[Fee, ...] = ()
    fee_state: FeeState = FeeState.KNOWN
    about: Any = None

    @property
    def fee(self) -> int | None:
        """The fee as far as it can be said in this currency; None if it is not known."""
        if not self.fees and self.fee_state != FeeState.KNOWN:
            return None
        return sum(fee.own or 0 for fee in self.fees)

    @property
    def net(self) -> int:
        """What is left, before a fee that is not known."""
        return self.gross - (self.fee or 0) - self.withheld - self.tax

    @property
    def apart(self) -> dict[str, int]:
        """Fees in other currencies for which no rate is known, by currency."""
        sums: dict[str, int] = {}
        for fee in self.fees:
            if fee.own is None:
                sums[fee.currency] = sums.get(fee.currency, 0) + fee.amount
        return sums

    @property
    def is_waiting(self) -> bool:
        """Whether the gateway has not said yet what it took."""
        return self.fee is None and self.fee_state == FeeState.WAITING

    @property
    def is_silent(self) -> bool:
        """Whether the gateway never said what it took."""
        return self.fee is None and self.fee_state == FeeState.SILENT

    @property
    def converted(self) -> list[Fee]:
        """The fees that were taken in another currency, as they were taken."""
        return [fee for fee in self.fees if fee.currency != self.currency]


@dataclass
class MonthNet:
    """The sums of a month in one currency, in minor units; `month` is its first day.

    `unknown` is how many payments have a fee that is not known, `knows_fees` whether any is;
    `apart` are fees without a rate.
    """

    month: date
    currency: str
    gross: int = 0
    fee: int = 0
    withheld: int = 0
    tax: int = 0
    net: int = 0
    unknown: int = 0
    knows_fees: bool = False
    apart: dict[str, int] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Count a line in."""
        self.gross += line.gross
        self.fee += line.fee or 0
        self.withheld += line.withheld
        self.tax += line.tax
        self.net += line.net
        self.unknown += line.is_waiting or line.is_silent
        self.knows_fees |= any(fee.own is not None for fee in line.fees)
        for currency, amount in line.apart.items():
            self.apart[currency] = self.apart.get(currency, 0) + amount


def sums(lines: Iterable[Line], own: str, *, by_month: bool = True) -> list[MonthNet]:
    """Add lines up by month and currency, the newest month first; or by currency alone.

    The currency `own` comes first.
    """
    found: dict[tuple[date, str], MonthNet] = {}
    for line in lines:
        month = line.on.replace(day=1) if by_month else date.min
        found.setdefault((month, line.currency), MonthNet(month, line.currency)).add(line)

    def place(row: MonthNet) -> tuple[int, bool, str]:
        return -row.month.toordinal(), row.currency != own, row.currency

    return sorted(found.values(), key=place)
