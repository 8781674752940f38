"""The ledger of included minutes: what a period grants, uses, loses and rolls over.

Rules 25 and 26. Pure; all times are integer minutes. With 40 h a period, a cap of 10 h and an
expiry of one period:

               granted   rolled in   used   rolled out
September           40           0     30           10
October             40          10     45            5
November            40           5   (begins with 45)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agreements.rules.terms import Rollover


@dataclass(frozen=True)
class Policy:
    """The rollover terms, as frozen in the signed agreement.

    `cap_percent` limits what rolls over, in percent of one period's grant. Minutes that are left
    over may be used in the next `expiry_periods` periods; with 0 nothing rolls over.
    """

    rollover: Rollover = Rollover.NONE
    cap_percent: int = 25
    expiry_periods: int = 1


@dataclass(frozen=True)
class Flow:
    """What one period was granted and what was used in it, in minutes.

    `adjusted` is a correction and may be negative. `approved` is work beyond the allowance that the
    client agreed to: it is billed separately, so it never becomes a deficit. In a `paused` period
    nothing is granted and nothing expires.
    """

    granted: int
    used: int = 0
    adjusted: int = 0
    approved: int = 0
    paused: bool = False


@dataclass(frozen=True)
class PeriodStatement:
    """The balance of one period, in minutes.

    `remaining` is negative when more was used than was available.
    """

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
        """The minutes that may be used: grant, adjustments and rollover, less any deficit."""
        return self.granted + self.adjusted + self.rolled_in - self.deficit_in

    @property
    def remaining(self) -> int:
        """The minutes that are left; negative when the allowance is exceeded."""
        return self.available - self.used

    @property
    def beyond(self) -> int:
        """The minutes used beyond the allowance that nobody has approved."""
        return max(0, -self.remaining - self.approved)


def statement(flows: Sequence[Flow], policy: Policy) -> list[PeriodStatement]:
    """Return the statement of every period, oldest first.

    Minutes that expire first are used first.
    """
    # Each lot is (minutes left, number of later periods that may still use them), oldest first.
    lots: list[tuple[int, int]] = []
    deficit = 0
    statements = []
    for flow in flows:
        rolled_in, deficit_in = sum(left for left, _ in lots), deficit
        added = flow.granted + flow.adjusted
        # A deficit from before and a negative correction are paid off like used time.
        lots, overdrawn = _consume(
            [*lots, (max(added, 0), policy.expiry_periods)], flow.used + deficit + max(-added, 0)
        )
        expired, lots = _expire(lots, flow, policy)
        deficit = max(0, overdrawn - flow.approved) if policy.rollover == Rollover.BOTH else 0
        rolled_out = sum(left for left, _ in lots)
        statements.append(
            PeriodStatement(
                granted=flow.granted,
                adjusted=flow.adjusted,
                rolled_in=rolled_in,
                deficit_in=deficit_in,
                used=flow.used,
                approved=min(overdrawn, flow.approved),
                expired=expired,
                rolled_out=rolled_out,
                deficit_out=deficit,
            )
        )
    return statements


def _consume(lots: list[tuple[int, int]], minutes: int) -> tuple[list[tuple[int, int]], int]:
    """Take `minutes` from the oldest lots first.

    Returns the lots as they are afterwards, and the minutes that no lot could cover.
    """
    rest = []
    for left, periods_left in lots:
        taken = min(left, minutes)
        minutes -= taken
        rest.append((left - taken, periods_left))
    return rest, minutes


def _expire(
    lots: list[tuple[int, int]], flow: Flow, policy: Policy
) -> tuple[int, list[tuple[int, int]]]:
    """Drop the minutes that may not roll over into the next period.

    Returns how many minutes were dropped, and the lots that roll over. Where the cap cuts, the lots
    that would expire first are dropped first, so that what is kept can be used for longest.
    """
    total = sum(left for left, _ in lots)
    if policy.rollover == Rollover.NONE:
        return total, []
    if flow.paused:
        return 0, [lot for lot in lots if lot[0]]
    allowed = flow.granted * policy.cap_percent // 100
    kept: list[tuple[int, int]] = []
    for left, periods_left in reversed(lots):
        keep = min(left, allowed) if periods_left else 0
        allowed -= keep
        if keep:
            kept.append((keep, periods_left - 1))
    return total - sum(left for left, _ in kept), kept[::-1]
