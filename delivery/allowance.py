"""The ledger of included minutes (rules 25 and 26). Pure; minutes are integers.

40 h, cap 10 h, expiry 1      granted   rolled in   used   rolled out
September                          40           0     30           10
October                            40          10     45            5
November                           40           5   …  starts with 45
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Rollover(StrEnum):
    """What happens to what is left, or was used too much, at a period's end."""

    NONE = "none"
    SURPLUS = "surplus"
    BOTH = "surplus_deficit"


@dataclass(frozen=True)
class Policy:
    """Frozen in the signed agreement. `cap_percent` is of one period's grant.

    What is left may be used in the next `expiry_periods` periods; with 0 nothing rolls on.
    """

    rollover: Rollover = Rollover.NONE
    cap_percent: int = 25
    expiry_periods: int = 1


@dataclass(frozen=True)
class PeriodStatement:
    """One period as it stands: `remaining` is negative when more was used than there was."""

    granted: int
    rolled_in: int
    deficit_in: int
    used: int
    expired: int
    rolled_out: int

    @property
    def available(self) -> int:
        """What the period began with."""
        return self.granted + self.rolled_in - self.deficit_in

    @property
    def remaining(self) -> int:
        """What is left now; below zero is over the allowance."""
        return self.available - self.used


def statement(grants: Sequence[int], used: Sequence[int], policy: Policy) -> list[PeriodStatement]:
    """Every period's statement from its grant and its use, oldest first. The oldest lot is used first."""
    lots: list[tuple[int, int]] = []  # (minutes left, index of the last period that may use them)
    deficit = 0
    found = []
    for index, (grant, use) in enumerate(zip(grants, used, strict=True)):
        rolled_in, deficit_in = sum(left for left, _ in lots), deficit
        lots, over = _consume([*lots, (grant, index + policy.expiry_periods)], use + deficit)
        expired, lots = _expire(lots, grant, index, policy)
        deficit = over if policy.rollover == Rollover.BOTH else 0
        out = sum(left for left, _ in lots)
        found.append(PeriodStatement(grant, rolled_in, deficit_in, use, expired, out))
    return found


def _consume(lots: list[tuple[int, int]], use: int) -> tuple[list[tuple[int, int]], int]:
    """Take `use` minutes from the oldest lots; what is left of them and what was used beyond."""
    rest = []
    for left, last in lots:
        taken = min(left, use)
        use -= taken
        rest.append((left - taken, last))
    return rest, use


def _expire(lots: list[tuple[int, int]], grant: int, index: int, policy: Policy) -> tuple[int, list[tuple[int, int]]]:
    """Drop what may not go on into the next period; the minutes dropped and the lots that go on."""
    before = sum(left for left, _ in lots)
    if policy.rollover == Rollover.NONE:
        return before, []
    room = grant * policy.cap_percent // 100
    kept: list[tuple[int, int]] = []
    for left, last in lots:
        keep = min(left, room) if last > index else 0
        room -= keep
        if keep:
            kept.append((keep, last))
    return before - sum(left for left, _ in kept), kept
