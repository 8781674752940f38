"""The stages of the sales pipeline, the moves between them, and the odds of winning. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

from core.money import round_half_up


class Stage(StrEnum):
    """The stages of a prospect. WON is reached only by signing an agreement."""

    LEAD = "lead"
    CALL_BOOKED = "call_booked"
    PROPOSAL_SENT = "proposal_sent"
    TRIAL = "trial"
    WON = "won"
    LOST = "lost"


_ALL = frozenset(Stage)

#: The stages that may follow each stage: any other, until the prospect is won.
MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.LEAD: _ALL - {Stage.LEAD},
    Stage.CALL_BOOKED: _ALL - {Stage.CALL_BOOKED},
    Stage.PROPOSAL_SENT: _ALL - {Stage.PROPOSAL_SENT},
    Stage.TRIAL: _ALL - {Stage.TRIAL},
    Stage.LOST: _ALL - {Stage.LOST},
    Stage.WON: frozenset(),
}

#: The open stages in order, and the percentage of their prospects that are expected to sign.
ODDS: dict[Stage, int] = {
    Stage.LEAD: 10,
    Stage.CALL_BOOKED: 25,
    Stage.PROPOSAL_SENT: 50,
    Stage.TRIAL: 70,
}


def weighted(fees: Iterable[tuple[Stage, int]]) -> int:
    """The sum of monthly fees, each weighted by the odds of its stage, rounded once.

    `fees` holds (stage, fee) pairs, in minor units of one currency.
    """
    return round_half_up(
        sum((Fraction(fee * ODDS.get(stage, 0), 100) for stage, fee in fees), Fraction(0))
    )
