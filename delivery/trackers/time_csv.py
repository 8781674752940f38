"""Reads the detailed exports of Toggl Track, Harvest and Clockify: every line, and why one could not be read. Pure.

Days stay as they are written: whether the day or the month comes first may have to be asked.
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
MOST_NAMES = 400  # of clients and projects: each is asked about
PREAMBLE = 10  # rows within which the heading is looked for
DELIMITERS = (",", ";", "\t")
NAME, NOTE = 160, 300  # characters that are kept


class Reason(StrEnum):
    """Why a file is none that can be taken over."""

    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    TOO_MANY_NAMES = "too_many_names"
    NO_HEADING = "no_heading"
    EMPTY = "empty"


class Fault(StrEnum):
    """Why a line is none."""

    BROKEN = "broken"
    NO_DURATION = "no_duration"
    NO_TIME = "no_time"


class Unreadable(Exception):
    """The file cannot be taken over."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Line:
    """One line. `on` is its day as it is written; `start` and `end` are clocks of its day, or "".

    `is_cut`: the note was longer, or held signs that cannot be seen.
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
        """Whose time it is, in the tracker's words: the same for all lines of one client's project."""
        return f"{self.client}\n{self.project}"

    @property
    def minutes(self) -> int:
        """Half a minute up."""
        return (self.seconds + 30) // 60


@dataclass(frozen=True)
class Export:
    """What was read, in the file's order."""

    source: str
    encoding: str
    lines: list[Line]


def read(data: bytes) -> Export:
    """The lines of an export. Raises Unreadable, and nothing else, whatever the bytes are."""
    if len(data) > MOST_BYTES:
        raise Unreadable(Reason.TOO_BIG)
    text, encoding = text_tables.decoded(data)
    delimiter, heading, found = _heading(text)
    rows = list(islice(text_tables.rows(text, delimiter), heading + 1, heading + 2 + MOST_LINES))
    if len(rows) > MOST_LINES:
        raise Unreadable(Reason.TOO_MANY)
    lines = [
        _line(number, row, found) for number, row in rows if row is None or any(map(str.strip, row))
    ]
    if not lines:
        raise Unreadable(Reason.EMPTY)
    if len({line.name for line in lines}) > MOST_NAMES:
        raise Unreadable(Reason.TOO_MANY_NAMES)
    return Export(found.source, encoding, lines)


def keys(source: str, lines: Sequence[Line], days: Sequence[date | None]) -> list[str]:
    """What tells each line from all others, in this file and the next: "" where its day is none.

    Lines of one file that say exactly the same are counted, so that two exports that overlap know each other's.
    """
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    found = []
    for line, day in zip(lines, days, strict=True):
        if day is None:
            found.append("")
            continue
        says = (
            source,
            day.isoformat(),
            line.start,
            str(line.seconds),
            line.client,
            line.project,
            line.note,
        )
        seen[says] += 1
        found.append(sha256("\x1f".join([*says, str(seen[says])]).encode()).hexdigest())
    return found


def overlaps(lines: Iterable[Line], days: Iterable[date | None]) -> list[tuple[int, int]]:
    """Line numbers of one person's work that was done while other work of theirs had not ended: (later, earlier)."""
    spans: dict[str, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    for line, day in zip(lines, days, strict=True):
        if day and line.start and line.seconds:
            start = datetime.combine(day, time.fromisoformat(line.start))
            spans[line.who].append((start, start + timedelta(seconds=line.seconds), line.line))
    found = []
    for own in spans.values():
        own.sort()
        until, holder = own[0][1], own[0][2]
        for start, end, number in own[1:]:
            if start < until:
                found.append((number, holder))
            if end > until:
                until, holder = end, number
    return sorted(found)


def _heading(text: str) -> tuple[str, int, Columns]:
    """The delimiter, the heading's place among the rows, and the columns: the reading that knows most of them."""
    best: tuple[str, int, Columns] | None = None
    for delimiter in DELIMITERS:
        for place, (_number, row) in enumerate(islice(text_tables.rows(text, delimiter), PREAMBLE)):
            found = time_columns.recognise(row or [])
            if found and (best is None or len(found.places) > len(best[2].places)):
                best = (delimiter, place, found)
    if best is None:
        raise Unreadable(Reason.NO_HEADING)
    return best


def _line(number: int, row: Sequence[str] | None, found: Columns) -> Line:
    if row is None:
        return Line(number, fault=Fault.BROKEN)

    def cell(what: str) -> str:
        place = found.places.get(what)
        return row[place].strip() if place is not None and place < len(row) else ""

    client, project, task = (
        text_tables.tidy(cell(what))[:NAME] for what in ("client", "project", "task")
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
    """How long it took, by what says so first; and what is wrong with it."""
    for said in filter(None, (duration, decimal)):
        try:
            seconds = time_cells.read_seconds(said)
        except ValueError:
            return 0, Fault.NO_DURATION
        return seconds, "" if seconds >= 30 else Fault.NO_TIME
    if not (start and end):
        return 0, Fault.NO_DURATION
    began, ended = (time.fromisoformat(clock) for clock in (start, end))
    passed = datetime.combine(date.min, ended) - datetime.combine(date.min, began)
    seconds = int(passed.total_seconds()) % 86400
    return seconds, "" if seconds >= 30 else Fault.NO_TIME


def _clock(cell: str) -> str:
    """A clock as ISO; "" where the cell is none."""
    try:
        return time_cells.read_clock(cell).isoformat()
    except ValueError:
        return ""
