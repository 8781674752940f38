"""The states of an export. Pure."""

from enum import StrEnum


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
