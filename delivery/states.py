"""The states of a report and of an export. Pure."""

from enum import StrEnum


class ReportState(StrEnum):
    """DRAFT is computed anew whenever it is looked at; SENT is frozen (rule 38)."""

    DRAFT = "draft"
    SENT = "sent"


REPORT: dict[ReportState, frozenset[ReportState]] = {
    ReportState.DRAFT: frozenset({ReportState.SENT}),
    ReportState.SENT: frozenset(),
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
