"""The stages a prospect goes through, which move follows which, and what an open one is worth. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

from core.money import round_half_up


class Stage(StrEnum):
    """Where a prospect stands; WON is reached by signing only."""

    LEAD = "lead"
    CALL_BOOKED = "call_booked"
    PROPOSAL_SENT = "proposal_sent"
    TRIAL = "trial"
    WON = "won"
    LOST = "lost"


_OPEN = frozenset(
    {Stage.LEAD, Stage.CALL_BOOKED, Stage.PROPOSAL_SENT, Stage.TRIAL, Stage.WON, Stage.LOST}
)

MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.LEAD: _OPEN - {Stage.LEAD},
    Stage.CALL_BOOKED: _OPEN - {Stage.CALL_BOOKED},
    Stage.PROPOSAL_SENT: _OPEN - {Stage.PROPOSAL_SENT},
    Stage.TRIAL: _OPEN - {Stage.TRIAL},
    Stage.LOST: _OPEN - {Stage.LOST},
    Stage.WON: frozenset(),
}

#: Of a hundred prospects that stand here, how many sign, as a first estimate. The stages that are open, in order.
ODDS: dict[Stage, int] = {
    Stage.LEAD: 10,
    Stage.CALL_BOOKED: 25,
    Stage.PROPOSAL_SENT: 50,
    Stage.TRIAL: 70,
}


def weighted(fees: Iterable[tuple[Stage, int]]) -> int:
    """What monthly fees of one currency are worth by their stages' odds, in minor units, rounded once."""
    return round_half_up(
        sum((Fraction(fee * ODDS.get(stage, 0), 100) for stage, fee in fees), Fraction(0))
    )
