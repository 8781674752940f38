"""The states of a report, of overage and of an export. Pure."""

from enum import StrEnum


class ReportState(StrEnum):
    """DRAFT is computed anew whenever it is looked at; SENT is frozen (rule 38)."""

    DRAFT = "draft"
    SENT = "sent"


REPORT: dict[ReportState, frozenset[ReportState]] = {
    ReportState.DRAFT: frozenset({ReportState.SENT}),
    ReportState.SENT: frozenset(),
}


class OverageState(StrEnum):
    """Only what is APPROVED is ever billed; ASKED waits for the client and costs nothing (rule 27)."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OVERAGE: dict[OverageState, frozenset[OverageState]] = {
    OverageState.ASKED: frozenset({OverageState.APPROVED, OverageState.DECLINED, OverageState.WITHDRAWN}),
    OverageState.APPROVED: frozenset(),
    OverageState.DECLINED: frozenset(),
    OverageState.WITHDRAWN: frozenset(),
}


class ExportState(StrEnum):
    """WAITING: asked for or being made; READY: the file can be fetched; GONE: its time is over."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


EXPORT: dict[ExportState, frozenset[ExportState]] = {
    ExportState.WAITING: frozenset({ExportState.READY, ExportState.FAILED}),
    ExportState.READY: frozenset({ExportState.GONE}),
    ExportState.FAILED: frozenset(),
    ExportState.GONE: frozenset(),
}
