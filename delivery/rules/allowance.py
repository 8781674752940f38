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
class Flow:
    """What came into one period and was used in it.

    `adjusted` is a correction of either sign, `approved` what was agreed beyond the allowance and is paid by itself.
    In a `paused` period nothing is granted and nothing expires.
    """

    granted: int
    used: int = 0
    adjusted: int = 0
    approved: int = 0
    paused: bool = False


@dataclass(frozen=True)
class PeriodStatement:
    """One period as it stands: `remaining` is negative when more was used than there was."""

    granted: int
    adjusted: int
    rolled_in: int
    deficit_in: int
    used: int
    approved: int
    expired: int
    rolled_out: int
    deficit_out: int

    @property
    def available(self) -> int:
        """What the period began with, and what was corrected since."""
        return self.granted + self.adjusted + self.rolled_in - self.deficit_in

    @property
    def remaining(self) -> int:
        """What is left now; below zero is over the allowance."""
        return self.available - self.used

    @property
    def beyond(self) -> int:
        """What was used over the allowance and nobody has approved."""
        return max(0, -self.remaining - self.approved)


def statement(flows: Sequence[Flow], policy: Policy) -> list[PeriodStatement]:
    """Every period's statement, oldest first. The lot that expires first is used first."""
    lots: list[
        tuple[int, int]
    ] = []  # (minutes left, how many periods may still use them after this one)
    deficit = 0
    found = []
    for flow in flows:
        rolled_in, deficit_in = sum(left for left, _ in lots), deficit
        own = flow.granted + flow.adjusted
        lots, over = _consume(
            [*lots, (max(own, 0), policy.expiry_periods)], flow.used + deficit + max(-own, 0)
        )
        expired, lots = _expire(lots, flow, policy)
        deficit = max(0, over - flow.approved) if policy.rollover == Rollover.BOTH else 0
        out = sum(left for left, _ in lots)
        paid = min(over, flow.approved)
        came = (flow.granted, flow.adjusted, rolled_in, deficit_in)
        found.append(PeriodStatement(*came, flow.used, paid, expired, out, deficit))
    return found


def _consume(lots: list[tuple[int, int]], use: int) -> tuple[list[tuple[int, int]], int]:
    """Take `use` minutes from the oldest lots; what is left of them and what was used beyond."""
    rest = []
    for left, more in lots:
        taken = min(left, use)
        use -= taken
        rest.append((left - taken, more))
    return rest, use


def _expire(
    lots: list[tuple[int, int]], flow: Flow, policy: Policy
) -> tuple[int, list[tuple[int, int]]]:
    """Drop what may not go on into the next period; the minutes dropped and the lots that go on.

    Where the cap cuts, the lots that would expire first go first: what is kept can be used for longest.
    """
    before = sum(left for left, _ in lots)
    if policy.rollover == Rollover.NONE:
        return before, []
    if flow.paused:
        return 0, [lot for lot in lots if lot[0]]
    room = flow.granted * policy.cap_percent // 100
    kept: list[tuple[int, int]] = []
    for left, more in reversed(lots):
        keep = min(left, room) if more else 0
        room -= keep
        if keep:
            kept.append((keep, more - 1))
    return before - sum(left for left, _ in kept), kept[::-1]
