"""Reads from the snapshot of a report what its sentences are about. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.dates import add_months
from delivery.rules.kpi_pace import Pace, Shape, Verdict, change_percent
from delivery.rules.states import DeliverableState

SHORTEST_MONTH, LONGEST_MONTH = 28, 31  # days


@dataclass(frozen=True)
class Piece:
    """A deliverable: how many were promised and done, and what became of the rest."""

    title: str
    promised: int
    done: int
    state: str
    because: str = ""

    @property
    def missing(self) -> int:
        """How many of those promised were not delivered."""
        return max(0, self.promised - self.done)

    @property
    def extra(self) -> int:
        """How many were delivered beyond those promised."""
        return max(0, self.done - self.promised)

    @property
    def is_carried(self) -> bool:
        """Whether the rest is delivered in the next period."""
        return self.state == DeliverableState.CARRIED

    @property
    def is_waived(self) -> bool:
        """Whether the rest is not owed any more."""
        return self.state == DeliverableState.WAIVED


@dataclass(frozen=True)
class Measure:
    """A KPI with its reading.

    `before` is the newest value of an earlier period, of the one that began on `before_on`; without
    one it is the value at the start of the agreement, and `before_on` is None.
    """

    name: str
    unit: str
    shape: str
    value: Decimal
    before: Decimal
    before_on: date | None
    target: Decimal
    less_is_better: bool
    pace: str

    @property
    def direction(self) -> int:
        """1 when the value rose, -1 when it fell, 0 when it stayed."""
        return (self.value > self.before) - (self.value < self.before)

    @property
    def is_count(self) -> bool:
        """Whether it begins anew in each period."""
        return self.shape == Shape.COUNT

    @property
    def is_behind(self) -> bool:
        """Whether it did not reach its target."""
        return self.pace == Pace.BEHIND

    @property
    def was_there_before(self) -> bool:
        """Whether the value before was on the good side of today's target."""
        side = -1 if self.less_is_better else 1
        return self.before_on is not None and side * self.before >= side * self.target

    @property
    def gain(self) -> Decimal:
        """By how many percent it improved; 0 or less when it did not, or nothing is known."""
        percent = change_percent(self.before, self.value) or Decimal(0)
        return -percent if self.less_is_better else percent


@dataclass(frozen=True)
class Subjects:
    """What the sentences about one report are about.

    `month` and `next_month` are days in the months by which people call this period and the next;
    None where they would not call it a month. `looks_ahead` says whether the report tells
    what comes next.
    """

    verdict: Verdict
    month: date | None
    next_month: date | None
    next_start: date
    looks_ahead: bool
    pieces: Sequence[Piece]
    measures: Sequence[Measure]
    hours: dict[str, int]
    coming: Sequence[Piece]
    open_requests: Sequence[str]

    @property
    def best(self) -> Measure | None:
        """The KPI that improved most, of those that are not behind; None without one."""
        well = [one for one in self.measures if not one.is_behind and one.gain > 0]
        return max(well, key=lambda one: one.gain, default=None)

    @property
    def behind(self) -> list[Measure]:
        """The KPIs that did not reach their targets."""
        return [one for one in self.measures if one.is_behind]

    @property
    def owed(self) -> list[Piece]:
        """The deliverables of the period, without those of which nothing was owed."""
        return [piece for piece in self.pieces if piece.promised]


def subjects_of(shot: dict[str, Any], *, is_guess: bool = False) -> Subjects:
    """Return what the sentences about a snapshot are about.

    With `is_guess`, a next period that is not there yet is taken to promise the same again.
    """
    starts = date.fromisoformat(shot["period"]["starts_on"])
    ends = date.fromisoformat(shot["period"]["ends_on"])
    called_month = is_month(starts, ends)
    again = [row for row in shot["deliverables"] if not row["came_from"]] if is_guess else []
    coming = [] if shot["ended_on"] else shot["next"] or again
    return Subjects(
        verdict=Verdict(shot["verdict"]),
        month=starts if called_month else None,
        next_month=add_months(starts, 1) if called_month else None,
        next_start=ends,
        looks_ahead=bool(coming or shot["next_text"] or shot["decision"]),
        pieces=_together(shot["deliverables"]),
        measures=[_measure(row, starts) for row in shot["kpis"] if row["value"]],
        hours=shot["hours"],
        coming=[Piece(row["title"], row["promised"], 0, "") for row in coming if row["promised"]],
        open_requests=shot["requests"]["open"],
    )


def is_month(starts: date, ends: date) -> bool:
    """Whether people would call the span a month; a trial of two weeks or a quarter is not one."""
    return SHORTEST_MONTH <= (ends - starts).days <= LONGEST_MONTH


def in_turn(variants: Sequence[Callable[[], str] | str], turn: int) -> str:
    """Return the variant whose turn it is; two turns that follow each other never share one."""
    variant = variants[turn % len(variants)]
    return variant if isinstance(variant, str) else variant()


def _together(rows: Sequence[dict[str, Any]]) -> list[Piece]:
    """Return the deliverables, those that were carried in together with this period's own.

    Two of one title of which something is missing for different reasons stay apart.
    """
    pieces: list[Piece] = []
    for row in rows:
        because = " ".join(row["because"].split()).rstrip(".")
        piece = Piece(row["title"], row["promised"], row["done"], row["state"], because)
        for place, other in enumerate(pieces):
            if other.title == piece.title and (sum_ := _sum(other, piece)):
                pieces[place] = sum_
                break
        else:
            pieces.append(piece)
    return pieces


def _sum(one: Piece, other: Piece) -> Piece | None:
    """Return two deliverables of one title as one; None where their rests have two fates."""
    fates = {(piece.state, piece.because) for piece in (one, other) if piece.missing}
    if len(fates) > 1 or (fates and max(one.extra, other.extra)):
        return None
    state, because = next(iter(fates), (one.state, one.because))
    return Piece(one.title, one.promised + other.promised, one.done + other.done, state, because)


def _measure(row: dict[str, Any], starts: date) -> Measure:
    earlier = [
        (date.fromisoformat(day), Decimal(value))
        for day, value in row["history"]
        if value and date.fromisoformat(day) < starts
    ]
    before_on, before = earlier[-1] if earlier else (None, Decimal(row["baseline"]))
    return Measure(
        name=" ".join(row["name"].split()),
        unit=row["unit"],
        shape=row["shape"],
        value=Decimal(row["value"]),
        before=before,
        before_on=before_on,
        target=Decimal(row["target"]),
        less_is_better=row["less_is_better"],
        pace=row["pace"],
    )
