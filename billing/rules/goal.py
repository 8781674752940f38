"""The goal of a year: what is missing, and how many clients of a tier would close it. Pure."""

from dataclasses import dataclass
from datetime import date

from core.dates import add_months, month_of

MOST = 10  # clients that may still be found for one month


@dataclass(frozen=True)
class Goal:
    """A goal and what counts towards it, in minor units of one currency before tax.

    `secured` is owed by contract, `likely` comes as long as nobody gives notice.
    """

    year: int
    amount: int
    received: int
    secured: int
    likely: int

    @property
    def missing(self) -> int:
        """What is still missing, even if nobody gives notice; 0 where nothing is."""
        return max(0, self.amount - self.received - self.secured - self.likely)

    @property
    def is_secured(self) -> bool:
        """Whether it is reached whatever happens."""
        return self.received + self.secured >= self.amount


@dataclass(frozen=True)
class Closing:
    """`clients` more on a tier of this name and monthly fee, from a day on, close the goal."""

    tier: str
    fee: int
    clients: int
    starts_on: date


def closing(goal: Goal, tiers: list[tuple[str, int]], today: date) -> list[Closing]:
    """How many clients of each tier close what is missing, if they begin next month.

    `tiers` are names and monthly fees. A fee is paid at the beginning of each month. Tiers that
    would take more than `MOST` clients are left out, and all of them where nothing is missing, or
    where next month is in another year.
    """
    first = add_months(month_of(today), 1)
    if not goal.missing or first.year != goal.year:
        return []
    months = 13 - first.month
    rows = [
        Closing(name, fee, -(-goal.missing // (fee * months)), first) for name, fee in tiers if fee
    ]
    return [row for row in rows if row.clients <= MOST]
