"""The states of proposals, agreements, amendments and periods, and the allowed moves. Pure.

Each table maps a state to the states that may follow it; `core.database.state_moves.move` reads it.
"""

from enum import StrEnum


class ProposalState(StrEnum):
    """The state of a proposal. REPLACED: a newer version of it was sent."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class AgreementState(StrEnum):
    """The state of an agreement.

    SENT: the client has picked a tier and the agreement waits for signatures. VOID: the business
    withdrew it before everyone had signed.
    """

    SENT = "sent"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOID = "void"


#: The states of an agreement that stands for the tier that was picked. In the others nothing was
#: signed and nothing will be, so that the client may pick again.
PICKED_STATES = (
    AgreementState.SENT,
    AgreementState.ACTIVE,
    AgreementState.PAUSED,
    AgreementState.ENDED,
)


class AmendmentState(StrEnum):
    """The state of an amendment. SENT: it waits for the client's signature."""

    SENT = "sent"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOID = "void"


#: A running agreement has periods; those that start during a pause are not billed.
RUNNING_STATES = (AgreementState.ACTIVE, AgreementState.PAUSED)


class PeriodState(StrEnum):
    """How a period is billed. CARRIED: its fee is a line on the next invoice (rule 14)."""

    DUE = "due"
    INVOICED = "invoiced"
    CARRIED = "carried"
    SKIPPED = "skipped"


_P, _A, _M, _E = ProposalState, AgreementState, AmendmentState, PeriodState

PROPOSAL: dict[ProposalState, frozenset[ProposalState]] = {
    _P.DRAFT: frozenset({_P.SENT}),
    _P.SENT: frozenset({_P.ACCEPTED, _P.DECLINED, _P.EXPIRED, _P.WITHDRAWN, _P.REPLACED}),
    _P.ACCEPTED: frozenset(),
    _P.DECLINED: frozenset(),
    _P.EXPIRED: frozenset({_P.SENT, _P.REPLACED}),  # extended, or replaced by a revision
    _P.WITHDRAWN: frozenset(),
    _P.REPLACED: frozenset(),
}

AGREEMENT: dict[AgreementState, frozenset[AgreementState]] = {
    _A.SENT: frozenset({_A.ACTIVE, _A.DECLINED, _A.EXPIRED, _A.VOID}),
    _A.ACTIVE: frozenset({_A.PAUSED, _A.ENDED}),
    _A.PAUSED: frozenset({_A.ACTIVE, _A.ENDED}),
    _A.ENDED: frozenset(),
    _A.DECLINED: frozenset(),
    _A.EXPIRED: frozenset(),
    _A.VOID: frozenset(),
}

AMENDMENT: dict[AmendmentState, frozenset[AmendmentState]] = {
    _M.SENT: frozenset({_M.SIGNED, _M.DECLINED, _M.EXPIRED, _M.VOID}),
    _M.SIGNED: frozenset(),
    _M.DECLINED: frozenset(),
    _M.EXPIRED: frozenset(),
    _M.VOID: frozenset(),
}

PERIOD: dict[PeriodState, frozenset[PeriodState]] = {
    _E.DUE: frozenset({_E.INVOICED, _E.CARRIED, _E.SKIPPED}),
    _E.INVOICED: frozenset(),
    _E.CARRIED: frozenset(),
    _E.SKIPPED: frozenset(),
}
