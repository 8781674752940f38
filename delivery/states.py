"""The states of a report. Pure."""

from enum import StrEnum


class ReportState(StrEnum):
    """DRAFT is computed anew whenever it is looked at; SENT is frozen (rule 38)."""

    DRAFT = "draft"
    SENT = "sent"


REPORT: dict[ReportState, frozenset[ReportState]] = {
    ReportState.DRAFT: frozenset({ReportState.SENT}),
    ReportState.SENT: frozenset(),
}
