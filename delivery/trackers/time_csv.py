"""Reads the detailed exports of Toggl Track, Harvest and Clockify. Pure.

Every line is returned, with the reason where it could not be read. Days stay as they are written,
because a person may have to say whether the day or the month comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import islice

from core.tables import text_tables
from delivery.trackers import time_cells, time_columns
from delivery.trackers.time_columns import Columns

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 20_000
MOST_NAMES = 400  # clients and projects, because a person is asked about each
PREAMBLE = 10  # rows in which the heading is searched for
DELIMITERS = (",", ";", "\t")
NAME, NOTE = 160, 300  # characters that are stored


class Reason(StrEnum):
    """Why a file cannot be imported."""

    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    TOO_MANY_NAMES = "too_many_names"
    NO_HEADING = "no_heading"
    EMPTY = "empty"


class Fault(StrEnum):
    """Why a line cannot be imported."""

    BROKEN = "broken"
    NO_DURATION = "no_duration"
    NO_TIME = "no_time"


class Unreadable(Exception):
    """The file cannot be imported."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Line:
    """One line of an export.

    `on` is its day as it is written. `start` and `end` are times of that day in ISO format, or
    empty. `is_cut` says that the note was shortened or held invisible characters.
    """

    line: int
    on: str = ""
    seconds: int = 0
    client: str = ""
    project: str = ""
    note: str = ""
    who: str = ""
    billable: bool = True
    start: str = ""
    end: str = ""
    is_cut: bool = False
    fault: str = ""

    @property
    def name(self) -> str:
        """The tracker's client and project, the same for all lines of one project."""
        return f"{self.client}\n{self.project}"

    @property
    def minutes(self) -> int:
        """The duration in whole minutes; half a minute is rounded up."""
        return (self.seconds + 30) // 60


@dataclass(frozen=True)
class Export:
    """What was read, in the order of the file."""

    source: str
    encoding: str
    lines: list[Line]


def read_lines(data: bytes) -> Export:
    """Return the lines of an export.

    Raises Unreadable, and nothing else, whatever the bytes are.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(Reason.TOO_BIG)
    text, encoding = text_tables.decoded(data)
    delimiter, heading_index, columns = _heading(text)
    rows = list(
        islice(text_tables.rows(text, delimiter), heading_index + 1, heading_index + 2 + MOST_LINES)
    )
    if len(rows) > MOST_LINES:
        raise Unreadable(Reason.TOO_MANY)
    lines = [
        _line(number, row, columns)
        for number, row in rows
        if row is None or any(map(str.strip, row))
    ]
    if not lines:
        raise Unreadable(Reason.EMPTY)
    if len({line.name for line in lines}) > MOST_NAMES:
        raise Unreadable(Reason.TOO_MANY_NAMES)
    return Export(columns.source, encoding, lines)


def line_keys(source: str, lines: Sequence[Line], days: Sequence[date | None]) -> list[str]:
    """Return a key for each line that identifies it across files; empty where its day is None.

    Lines of one file that are exactly alike are numbered, so that lines in two overlapping exports
    get the same keys.
    """
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    line_keys = []
    for line, day in zip(lines, days, strict=True):
        if day is None:
            line_keys.append("")
            continue
        content = (
            source,
            day.isoformat(),
            line.start,
            str(line.seconds),
            line.client,
            line.project,
            line.note,
        )
        counts[content] += 1
        line_keys.append(sha256("\x1f".join([*content, str(counts[content])]).encode()).hexdigest())
    return line_keys


def overlapping_lines(lines: Iterable[Line], days: Iterable[date | None]) -> list[tuple[int, int]]:
    """Return the line numbers of work that overlaps other work of the same person.

    Each pair is (line, line with the earlier start).
    """
    spans: dict[str, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    for line, day in zip(lines, days, strict=True):
        if day and line.start and line.seconds:
            start = datetime.combine(day, time.fromisoformat(line.start))
            spans[line.who].append((start, start + timedelta(seconds=line.seconds), line.line))
    pairs = []
    for person_spans in spans.values():
        person_spans.sort()
        busy_until, busy_line = person_spans[0][1], person_spans[0][2]
        for start, end, number in person_spans[1:]:
            if start < busy_until:
                pairs.append((number, busy_line))
            if end > busy_until:
                busy_until, busy_line = end, number
    return sorted(pairs)


def _heading(text: str) -> tuple[str, int, Columns]:
    """Return the delimiter, the index of the heading among the rows, and the columns.

    Of all readings the one that recognises most columns is taken. Raises Unreadable.
    """
    best: tuple[str, int, Columns] | None = None
    for delimiter in DELIMITERS:
        for index, (_number, row) in enumerate(islice(text_tables.rows(text, delimiter), PREAMBLE)):
            columns = time_columns.recognise_columns(row or [])
            if columns and (best is None or len(columns.places) > len(best[2].places)):
                best = (delimiter, index, columns)
    if best is None:
        raise Unreadable(Reason.NO_HEADING)
    return best


def _line(number: int, row: Sequence[str] | None, columns: Columns) -> Line:
    """Return the line in a row; a broken row gives a line with a fault."""
    if row is None:
        return Line(number, fault=Fault.BROKEN)

    def cell(field: str) -> str:
        index = columns.places.get(field)
        return row[index].strip() if index is not None and index < len(row) else ""

    client, project, task = (
        text_tables.tidy(cell(field))[:NAME] for field in ("client", "project", "task")
    )
    written = cell("note")
    note = text_tables.tidy(written)
    start, end = _clock(cell("start")), _clock(cell("end"))
    seconds, fault = _seconds(cell("duration"), cell("decimal"), start, end)
    return Line(
        number,
        text_tables.tidy(cell("day"))[: time_cells.LONGEST],
        seconds,
        client,
        project,
        (note or task or project)[:NOTE],
        text_tables.tidy(cell("email") or f"{cell('user')} {cell('surname')}")[:NAME].casefold(),
        not time_cells.is_no(cell("billable")),
        start,
        end,
        is_cut=len(note) > NOTE or note != " ".join(written.split()),
        fault=fault,
    )


def _seconds(duration: str, decimal: str, start: str, end: str) -> tuple[int, str]:
    """Return the duration of a line and, if it has one, its fault.

    The first of these that the line has is used: the duration, the decimal duration, start and end.
    """
    for cell in filter(None, (duration, decimal)):
        try:
            seconds = time_cells.read_seconds(cell)
        except ValueError:
            return 0, Fault.NO_DURATION
        return seconds, "" if seconds >= 30 else Fault.NO_TIME
    if not (start and end):
        return 0, Fault.NO_DURATION
    start_time, end_time = (time.fromisoformat(text) for text in (start, end))
    difference = datetime.combine(date.min, end_time) - datetime.combine(date.min, start_time)
    # Work that ends before it starts has passed midnight.
    seconds = int(difference.total_seconds()) % 86400
    return seconds, "" if seconds >= 30 else Fault.NO_TIME


def _clock(cell: str) -> str:
    """Return a time of day in ISO format, empty where the cell holds none."""
    try:
        return time_cells.read_clock(cell).isoformat()
    except ValueError:
        return ""
