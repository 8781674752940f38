"""The states of everything in this room that has some. Pure."""

from enum import StrEnum


class ReportState(StrEnum):
    """DRAFT is computed anew whenever it is looked at; SENT is frozen (rule 38)."""

    DRAFT = "draft"
    SENT = "sent"


REPORT: dict[ReportState, frozenset[ReportState]] = {
    ReportState.DRAFT: frozenset({ReportState.SENT}),
    ReportState.SENT: frozenset(),
}


class Answer(StrEnum):
    """What a client says to the one decision that a report wants."""

    YES = "yes"
    NO = "no"
    TALK = "talk"


class DeliverableState(StrEnum):
    """OPEN: it is worked on, or done. What was missing at the end is CARRIED into the next period or WAIVED."""

    OPEN = "open"
    CARRIED = "carried"
    WAIVED = "waived"

    @property
    def is_carried(self) -> bool:
        """Whether the rest is owed in the next period."""
        return self == DeliverableState.CARRIED

    @property
    def is_waived(self) -> bool:
        """Whether the rest is not owed any more."""
        return self == DeliverableState.WAIVED


DELIVERABLE: dict[DeliverableState, frozenset[DeliverableState]] = {
    DeliverableState.OPEN: frozenset({DeliverableState.CARRIED, DeliverableState.WAIVED}),
    DeliverableState.CARRIED: frozenset(),
    DeliverableState.WAIVED: frozenset({DeliverableState.OPEN}),
}


class RequestState(StrEnum):
    """Where what a client asked for stands."""

    ASKED = "asked"
    STARTED = "started"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


REQUEST: dict[RequestState, frozenset[RequestState]] = {
    RequestState.ASKED: frozenset(
        {RequestState.STARTED, RequestState.DONE, RequestState.DECLINED, RequestState.WITHDRAWN}
    ),
    RequestState.STARTED: frozenset(
        {RequestState.DONE, RequestState.DECLINED, RequestState.WITHDRAWN}
    ),
    RequestState.DONE: frozenset({RequestState.STARTED}),  # taken up again
    RequestState.DECLINED: frozenset({RequestState.STARTED}),
    RequestState.WITHDRAWN: frozenset(),
}


class TimeImportState(StrEnum):
    """READ: tried, nothing written; DONE: all of it written at once; DROPPED: not wanted, or taken back whole."""

    READ = "read"
    DONE = "done"
    DROPPED = "dropped"


TIME_IMPORT: dict[TimeImportState, frozenset[TimeImportState]] = {
    TimeImportState.READ: frozenset({TimeImportState.DONE, TimeImportState.DROPPED}),
    TimeImportState.DONE: frozenset({TimeImportState.DROPPED}),
    TimeImportState.DROPPED: frozenset(),
}


class OverageState(StrEnum):
    """Only what is APPROVED is ever billed; ASKED waits for the client and costs nothing (rule 27)."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OVERAGE: dict[OverageState, frozenset[OverageState]] = {
    OverageState.ASKED: frozenset(
        {OverageState.APPROVED, OverageState.DECLINED, OverageState.WITHDRAWN}
    ),
    OverageState.APPROVED: frozenset(),
    OverageState.DECLINED: frozenset(),
    OverageState.WITHDRAWN: frozenset(),
}
