"""States of reports, deliverables, requests, time imports and overage, and their moves. Pure."""

from enum import StrEnum


class ReportState(StrEnum):
    """DRAFT is composed anew each time it is shown; SENT is frozen (rule 38)."""

    DRAFT = "draft"
    SENT = "sent"


REPORT: dict[ReportState, frozenset[ReportState]] = {
    ReportState.DRAFT: frozenset({ReportState.SENT}),
    ReportState.SENT: frozenset(),
}


class Answer(StrEnum):
    """A client's answer to the one decision that a report asks for."""

    YES = "yes"
    NO = "no"
    TALK = "talk"


class DeliverableState(StrEnum):
    """OPEN: in progress or done. What is missing at the end of a period is CARRIED into the next
    or WAIVED.
    """

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


class WorkAnswerKind(StrEnum):
    """What a client answers to something that was delivered."""

    APPROVED = "approved"
    CHANGE = "change"


class RequestState(StrEnum):
    """How far a client's request has come."""

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
    RequestState.DONE: frozenset({RequestState.STARTED}),  # reopened
    RequestState.DECLINED: frozenset({RequestState.STARTED}),
    RequestState.WITHDRAWN: frozenset(),
}


class TimeImportState(StrEnum):
    """READ: previewed, nothing written. DONE: all entries were written at once. DROPPED: discarded,
    or undone as a whole.
    """

    READ = "read"
    DONE = "done"
    DROPPED = "dropped"


TIME_IMPORT: dict[TimeImportState, frozenset[TimeImportState]] = {
    TimeImportState.READ: frozenset({TimeImportState.DONE, TimeImportState.DROPPED}),
    TimeImportState.DONE: frozenset({TimeImportState.DROPPED}),
    TimeImportState.DROPPED: frozenset(),
}


class OverageState(StrEnum):
    """Only APPROVED overage is ever billed (rule 27).

    ASKED waits for the client and costs nothing.
    """

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
