"""Helps to price tiers: hourly rate, clients needed, steps between tiers, value-adds. Pure.

3,000 for 20 hours                          150.00 an hour   hourly(300_000, 1_200) == 15_000
100,000 a year from 3,000 a month           3 clients        clients_for(10_000_000, 300_000, 12)
3,000 for 20 hours, 2 hours added           136.36 an hour   hourly(300_000, 1_320) == 13_636
the price cut of the same value: 300        135.00 an hour   price_cut(300_000, 1_200, 120)

Nothing here suggests a lower fee: a tier that is too cheap needs a higher fee or fewer hours
(rule 34). Amounts are minor units of one currency, before tax.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from core.money import round_half_up

LEAST_STEP, MOST_STEP = Fraction(13, 10), Fraction(3)  # as multiples of the lower tier's fee


class TierFigures(NamedTuple):
    """The figures of a tier: its fee for each period in minor units, and its included minutes."""

    name: str
    amount: int
    minutes: int


@dataclass(frozen=True)
class Aims:
    """What the freelancer aims for; 0 where it is not set.

    `floor` is the lowest hourly rate and `goal` the income of a year, both in minor units;
    `periods` is the number of periods in a year.
    """

    floor: int = 0
    goal: int = 0
    periods: int = 12


@dataclass(frozen=True)
class Step:
    """The step from the tier below: the difference in minor units, and in percent.

    `hint` is "small", "large" or "down" where the step is unusual, otherwise empty.
    """

    amount: int
    percent: int
    hint: str

    @property
    def is_small(self) -> bool:
        """Whether the tier above is hardly dearer."""
        return self.hint == "small"

    @property
    def is_large(self) -> bool:
        """Whether the tier above is far dearer."""
        return self.hint == "large"

    @property
    def is_down(self) -> bool:
        """Whether the tier above costs less."""
        return self.hint == "down"


@dataclass(frozen=True)
class Added:
    """The effect of value-adds that cost time in each period, in minor units.

    `rate` is the hourly rate with them, `is_under` whether that is below the floor. `cut` is the
    price cut of the same value and `cut_rate` the hourly rate that it would leave.
    """

    rate: int
    is_under: bool
    cut: int
    cut_rate: int


@dataclass(frozen=True)
class Row:
    """The figures of one tier, in minor units; None where one cannot be computed.

    `rate` is the hourly rate, `clients` how many clients of this tier reach the yearly goal, and
    `brings` what that many clients bring in a year.
    """

    rung: TierFigures
    rate: int | None
    is_under: bool
    clients: int | None
    brings: int | None
    step: Step | None
    added: Added | None


def hourly_rate(amount: int, minutes: int) -> int | None:
    """The hourly rate in minor units if all included time is used; None without included time."""
    return round_half_up(Fraction(amount * 60, minutes)) if minutes else None


def is_below_floor(amount: int, minutes: int, floor: int) -> bool:
    """Whether the exact hourly rate is below `floor`: 99.999 is below 100."""
    return amount * 60 < floor * minutes


def clients_needed(goal: int, amount: int, periods: int) -> int:
    """How many clients at this fee reach the yearly goal; `periods` is the periods in a year."""
    return -(-goal // (amount * periods))  # rounded up


def price_cut(amount: int, minutes: int, added: int) -> tuple[int, int]:
    """The price cut that is worth as much as `added` minutes, and the hourly rate that it leaves.

    The minutes are valued at the tier's own hourly rate. The rate after the cut is never higher
    than the rate with the minutes added, and a cut, unlike a value-add, has no last day.
    """
    cut = min(Fraction(amount), Fraction(amount * added, minutes))
    return round_half_up(cut), round_half_up((amount - cut) * 60 / minutes)


def price_step(below: int, amount: int) -> Step:
    """The step from the fee of the tier below to `amount`."""
    times = Fraction(amount, below)
    hint = (
        "down"
        if times <= 1
        else "small"
        if times < LEAST_STEP
        else "large"
        if times > MOST_STEP
        else ""
    )
    return Step(amount - below, round_half_up((times - 1) * 100), hint)


def pricing_table(rungs: Sequence[TierFigures], aims: Aims, added: int = 0) -> list[Row]:
    """The figures of every tier; `added` is the minutes that value-adds cost in each period."""
    steps = [None, *(price_step(below.amount, rung.amount) for below, rung in pairwise(rungs))]
    return [_row(rung, aims, added, step_up) for rung, step_up in zip(rungs, steps, strict=False)]


def _row(rung: TierFigures, aims: Aims, added: int, step_up: Step | None) -> Row:
    amount, minutes = rung.amount, rung.minutes
    clients = (
        clients_needed(aims.goal, amount, aims.periods) if aims.goal and aims.periods else None
    )
    return Row(
        rung=rung,
        rate=hourly_rate(amount, minutes),
        is_under=is_below_floor(amount, minutes, aims.floor),
        clients=clients,
        brings=clients * amount * aims.periods if clients else None,
        step=step_up,
        added=_added(amount, minutes, added, aims.floor) if added and minutes else None,
    )


def _added(amount: int, minutes: int, added: int, floor: int) -> Added:
    total = minutes + added
    cut, cut_rate = price_cut(amount, minutes, added)
    return Added(
        round_half_up(Fraction(amount * 60, total)),
        is_below_floor(amount, total, floor),
        cut,
        cut_rate,
    )
