"""What a fee brings by the hour and by the year, and against the tier below it. Pure.

3,000 for 20 hours                            150.00 an hour    hourly(300_000, 1_200) == 15_000
100,000 a year from 3,000 a month             3 clients         clients_for(10_000_000, 300_000, 12) == 3
3,000 for 20 hours with 2 hours added         136.36 an hour    hourly(300_000, 1_320) == 13_636
the price cut that gives away as much: 300    135.00 an hour    price_cut(300_000, 1_200, 120) == (30_000, 13_500)

No function here proposes to take less: what is too cheap needs a higher fee or fewer hours (rule 34).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from core.money import round_half_up

LEAST_STEP, MOST_STEP = Fraction(13, 10), Fraction(3)  # times the fee of the tier below


class Rung(NamedTuple):
    """A tier's figures: minor units for each period, and the minutes included in it."""

    name: str
    amount: int
    minutes: int


@dataclass(frozen=True)
class Aims:
    """The freelancer's own: lowest hourly rate, goal for a year, and how many periods a year has. 0: not said."""

    floor: int = 0
    goal: int = 0
    periods: int = 12


@dataclass(frozen=True)
class Step:
    """How far a tier is above the one below. `hint` is small, large, down, or empty."""

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
    """With minutes added to each period: the rate then, and the equal price cut with its rate."""

    rate: int
    is_under: bool
    cut: int
    cut_rate: int


@dataclass(frozen=True)
class Row:
    """What there is to know about one tier; None where a figure is missing."""

    rung: Rung
    rate: int | None
    is_under: bool
    clients: int | None
    brings: int | None
    step: Step | None
    added: Added | None


def hourly(amount: int, minutes: int) -> int | None:
    """What an hour brings if all included time is used, minor units; None where no time is included."""
    return round_half_up(Fraction(amount * 60, minutes)) if minutes else None


def is_under(amount: int, minutes: int, floor: int) -> bool:
    """Whether an hour brings less than `floor`, exactly: 99.999 is under 100."""
    return amount * 60 < floor * minutes


def clients_for(goal: int, amount: int, periods: int) -> int:
    """How many clients at this fee make the goal of a year of `periods` periods."""
    return -(-goal // (amount * periods))


def price_cut(amount: int, minutes: int, added: int) -> tuple[int, int]:
    """The cut of the fee that gives away what `added` minutes are worth at the tier's own rate, and the rate then.

    It always brings less an hour than adding the minutes, and unlike them it does not end.
    """
    cut = min(Fraction(amount), Fraction(amount * added, minutes))
    return round_half_up(cut), round_half_up((amount - cut) * 60 / minutes)


def step(below: int, amount: int) -> Step:
    """From the fee of the tier below to this one."""
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


def table(rungs: Sequence[Rung], aims: Aims, added: int = 0) -> list[Row]:
    """Every tier with its figures; `added` are the minutes that value-adds cost in each period."""
    steps = [None, *(step(below.amount, rung.amount) for below, rung in pairwise(rungs))]
    return [_row(rung, aims, added, up) for rung, up in zip(rungs, steps, strict=False)]


def _row(rung: Rung, aims: Aims, added: int, up: Step | None) -> Row:
    amount, minutes = rung.amount, rung.minutes
    clients = clients_for(aims.goal, amount, aims.periods) if aims.goal and aims.periods else None
    return Row(
        rung=rung,
        rate=hourly(amount, minutes),
        is_under=is_under(amount, minutes, aims.floor),
        clients=clients,
        brings=clients * amount * aims.periods if clients else None,
        step=up,
        added=_added(amount, minutes, added, aims.floor) if added and minutes else None,
    )


def _added(amount: int, minutes: int, added: int, floor: int) -> Added:
    more = minutes + added
    cut, cut_rate = price_cut(amount, minutes, added)
    return Added(
        round_half_up(Fraction(amount * 60, more)), is_under(amount, more, floor), cut, cut_rate
    )
