"""Merges what devices recorded about their timers into stretches of work (rule 75). Pure.

A device that is offline records events: a timer was started, changed, stopped or discarded. `merge`
computes from the set of all events what time they come to. It is a function of the set alone, so
events may come in any order, in parts and repeatedly, and every device sees the same in the end.

- Two timers that ran at once: each minute belongs to the timer that was started last among those
  that ran. The earlier one continues after the later one has stopped. So the minutes of all timers
  add up to the minutes in which any of them ran. Time that the server logged itself, and time that
  a report has told the client, comes first.
- A timer that two devices ended: the first end counts, as in the dashboard, where the second one
  is told that the timer does not run any more.
- A timer that a person discarded afterwards counts nothing, however it ended.
- What a timer is for: the newest change counts, also one that was made after the end.
- Start and end are rounded to the minute, and a timer runs for at least one.

A timer that ended before it was started, whose device's clock was wrong by more than can be
corrected, that ran for over twelve hours, or of which was heard over 60 days later, counts no
minute. It waits for a person, and its events
stay. An end without a start waits for its start.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush
from itertools import pairwise
from uuid import UUID

from delivery.rules import elapsed

MINUTE = timedelta(minutes=1)
ASKS_AFTER = timedelta(hours=12)  # after this time a person has to say how long the work took
UNNOTICED = timedelta(minutes=1)  # a difference of clocks that the way of a message may explain
CORRECTABLE = timedelta(days=1)  # a clock that is wrong by more is not believed
OLD = timedelta(days=60)  # what arrives later is a person's to record

Piece = tuple[datetime, datetime]


class Kind(StrEnum):
    """What happened to a timer."""

    START = "start"
    CHANGE = "change"
    STOP = "stop"
    DISCARD = "discard"
    DROP = "drop"  # a person discards it afterwards


class Problem(StrEnum):
    """Why the minutes of a timer are not known."""

    CLOCK = "clock"
    LONG = "long"
    OLD = "old"


@dataclass(frozen=True)
class Event:
    """One thing that a device recorded.

    `run` is the timer that it is about. `counter` numbers the events of the device. `at` is UTC,
    with the device's clock corrected; `is_doubtful` says that it could not be. Start and change
    hold everything that the timer is for. `is_fixed` marks what the server logged itself, `is_old`
    what was received so late that no minutes are computed from it.
    """

    id: UUID
    run: UUID
    device: UUID
    counter: int
    kind: Kind
    at: datetime
    agreement: UUID | None = None
    deliverable: UUID | None = None
    note: str = ""
    is_doubtful: bool = False
    is_fixed: bool = False
    is_old: bool = False


@dataclass(frozen=True)
class Run:
    """A timer from its start to its end, and the pieces of time that are its own.

    `ended_at` is None while it runs. `pieces` are whole minutes and overlap those of no other run.
    """

    id: UUID
    started_at: datetime
    ended_at: datetime | None
    is_discarded: bool
    agreement: UUID | None
    deliverable: UUID | None
    note: str
    problem: Problem | None = None
    is_fixed: bool = False
    pieces: tuple[Piece, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether nobody has ended it."""
        return self.ended_at is None

    @property
    def counts(self) -> bool:
        """Whether it has ended and its minutes are known."""
        return not (self.is_running or self.is_discarded or self.problem)

    @property
    def starts(self) -> datetime:
        """The minute in which it was started, rounded."""
        return _rounded(self.started_at)

    @property
    def ends(self) -> datetime:
        """The minute in which it ended, at least one after its start."""
        return max(_rounded(self.ended_at or self.started_at), self.starts + MINUTE)

    @property
    def minutes(self) -> int:
        """The minutes of its pieces."""
        return sum((end - start) // MINUTE for start, end in self.pieces)


def merge(events: Iterable[Event], reported: Collection[UUID] = frozenset()) -> tuple[Run, ...]:
    """Return the runs of these events, by their start. The same set gives the same runs.

    What a report has told the client of the runs `reported` is not given to another one.
    """
    by_run: dict[UUID, dict[UUID, Event]] = defaultdict(dict)
    for event in sorted(events, key=_order, reverse=True):  # of two with one id the first counts
        by_run[event.run][event.id] = event
    found = [_run_of(sorted(each.values(), key=_order)) for each in by_run.values()]
    runs = sorted((run for run in found if run), key=lambda run: (run.started_at, run.id))
    pieces = _divide([run for run in runs if run.counts], reported)
    return tuple(replace(run, pieces=tuple(pieces[run.id])) for run in runs)


def minutes_by_day(run: Run, zone: str) -> list[tuple[date, int]]:
    """Return the minutes of a run on each day of the time zone, in the order of the days."""
    minutes: dict[date, int] = defaultdict(int)
    for start, end in run.pieces:
        for day, part in elapsed.by_day(start, (end - start) // MINUTE, zone):
            minutes[day] += part
    return sorted(minutes.items())


def corrected(clock: datetime, *, sent: datetime, received: datetime) -> tuple[datetime, bool]:
    """Return when something happened, and whether that is doubtful.

    `clock` and `sent` are what the device's clock showed when it happened and when it was sent,
    `received` is the server's time of receipt. A clock that is wrong by more than a day is not
    believed, nor one that was put back in between. Nothing happened after its receipt.
    """
    error = received - sent
    at = clock if abs(error) <= UNNOTICED else clock + error
    is_doubtful = abs(error) > CORRECTABLE or at > received + UNNOTICED
    return min(at, received), is_doubtful


def _run_of(events: list[Event]) -> Run | None:
    """Return the run of these events, which are in order; None while its start is not known."""
    start = next((event for event in events if event.kind == Kind.START), None)
    if start is None:
        return None
    end = next((event for event in events if event.kind in (Kind.STOP, Kind.DISCARD)), None)
    is_dropped = any(event.kind == Kind.DROP for event in events)
    newest = [event for event in events if event.kind in (Kind.START, Kind.CHANGE)][-1]
    return Run(
        id=start.run,
        started_at=start.at,
        ended_at=end.at if end else None,
        is_discarded=is_dropped or bool(end and end.kind == Kind.DISCARD),
        agreement=newest.agreement,
        deliverable=newest.deliverable,
        note=newest.note,
        problem=None if is_dropped else _problem(start, end),
        is_fixed=start.is_fixed,
    )


def _problem(start: Event, end: Event | None) -> Problem | None:
    """Return why the minutes between start and end are not known, None if they are."""
    if end is None or end.kind == Kind.DISCARD or start.is_fixed:
        return None
    if start.is_doubtful or end.is_doubtful or end.at < start.at:
        return Problem.CLOCK
    if start.is_old or end.is_old:
        return Problem.OLD
    return Problem.LONG if end.at - start.at > ASKS_AFTER else None


def _divide(runs: list[Run], reported: Collection[UUID]) -> dict[UUID, list[Piece]]:
    """Give each minute in which any of the runs ran to one of them: to that started last.

    What the server logged itself, and what was reported, comes before.
    """

    def rank(run: Run) -> tuple[bool, datetime, UUID]:
        return run.is_fixed or run.id in reported, run.started_at, run.id

    ranked = sorted(runs, key=rank, reverse=True)
    waiting = sorted((run.starts, run.ends, place, run.id) for place, run in enumerate(ranked))
    waiting.reverse()
    edges = sorted({edge for starts, ends, *_who in waiting for edge in (starts, ends)})
    there: list[tuple[int, datetime, UUID]] = []  # a heap: on top is who has the minute
    pieces: dict[UUID, list[Piece]] = defaultdict(list)
    for start, end in pairwise(edges):
        while waiting and waiting[-1][0] <= start:
            _starts, ends, place, who = waiting.pop()
            heappush(there, (place, ends, who))
        while there and there[0][1] <= start:
            heappop(there)
        if not there:
            continue
        mine = pieces[there[0][2]]
        if mine and mine[-1][1] == start:
            start = mine.pop()[0]
        mine.append((start, end))
    return pieces


def _order(event: Event) -> tuple[datetime, int, str, str, str]:
    """The place of an event among all: by time, and by what never changes where times are equal."""
    return event.at, event.counter, str(event.device), str(event.id), repr(event)


def _rounded(at: datetime) -> datetime:
    """The nearest minute; half a minute is rounded up."""
    utc = at.astimezone(UTC) + MINUTE / 2
    return utc.replace(second=0, microsecond=0)
