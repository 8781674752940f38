"""The states of an export and its moves. Pure."""

from enum import StrEnum


class ExportState(StrEnum):
    """WAITING: requested or being built. READY: can be downloaded. GONE: expired and deleted."""

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
