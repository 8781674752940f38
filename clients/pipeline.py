"""The stages a prospect goes through, and which move follows which. Pure."""

from enum import StrEnum


class Stage(StrEnum):
    """Where a prospect stands; WON is reached by signing only."""

    LEAD = "lead"
    CALL_BOOKED = "call_booked"
    PROPOSAL_SENT = "proposal_sent"
    TRIAL = "trial"
    WON = "won"
    LOST = "lost"


#: Of a hundred prospects at a stage, how many are thought to sign.
CHANCE: dict[Stage, int] = {Stage.LEAD: 10, Stage.CALL_BOOKED: 25, Stage.PROPOSAL_SENT: 50, Stage.TRIAL: 70}

_OPEN = frozenset({Stage.LEAD, Stage.CALL_BOOKED, Stage.PROPOSAL_SENT, Stage.TRIAL, Stage.WON, Stage.LOST})

MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.LEAD: _OPEN - {Stage.LEAD},
    Stage.CALL_BOOKED: _OPEN - {Stage.CALL_BOOKED},
    Stage.PROPOSAL_SENT: _OPEN - {Stage.PROPOSAL_SENT},
    Stage.TRIAL: _OPEN - {Stage.TRIAL},
    Stage.LOST: _OPEN - {Stage.LOST},
    Stage.WON: frozenset(),
}
