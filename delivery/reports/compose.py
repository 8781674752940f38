"""What a report says, as plain JSON, from the facts of its period (rule 38). Pure: integers, ISO dates and text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median_low
from typing import Any, Protocol

from delivery.rules.allowance import PeriodStatement
from delivery.rules.kpi_pace import Pace, verdict
from delivery.rules.states import DeliverableState, RequestState

SHOWN = 3  # KPIs that stand first


class Measured(Protocol):
    """What is read of a figure: see delivery.kpis.figures.Figure."""

    @property
    def kpi(self) -> Any: ...
    @property
    def start(self) -> Decimal: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def on(self) -> date | None: ...
    @property
    def pace(self) -> Pace: ...
    @property
    def history(self) -> list[tuple[date, Decimal | None]]: ...


@dataclass(frozen=True)
class Item:
    """One line of a period's checklist. `came_from` is the first day of the period it was carried from."""

    title: str
    promised: int
    done: int
    state: str
    because: str = ""
    came_from: date | None = None
    given: list[dict[str, str]] = field(default_factory=list)

    @property
    def owed(self) -> int:
        """How many the client was to have: of what was waived, only what was done."""
        return (
            min(self.done, self.promised)
            if self.state == DeliverableState.WAIVED
            else self.promised
        )


@dataclass(frozen=True)
class Wish:
    """Something the client asked for, with when the first answer was promised and when it came."""

    title: str
    state: str
    asked_at: datetime
    respond_by: datetime
    responded_at: datetime | None


@dataclass(frozen=True)
class Work:
    """Minutes of one day that the client may see."""

    on: date
    note: str
    minutes: int


@dataclass(frozen=True)
class Facts:
    """Everything one report is made of. `silent` are earlier periods without a report: first day, end, reason."""

    hours: PeriodStatement
    figures: Sequence[Measured]
    items: Sequence[Item]
    next_items: Sequence[Item]
    wishes: Sequence[Wish]
    work: Sequence[Work]
    silent: Sequence[tuple[date, date, str]]


@dataclass(frozen=True)
class Said:
    """Whose report it is, and the freelancer's words. `chosen` are ids of KPIs, in their order."""

    business: str
    client: str
    title: str
    starts_on: date
    ends_on: date
    ended_on: date | None = None
    measure: str = ""
    value_adds: Sequence[dict[str, Any]] = ()
    comment: str = ""
    next_text: str = ""
    decision: str = ""
    chosen: Sequence[str] = ()


def snapshot(said: Said, found: Facts) -> dict[str, Any]:
    """Everything the client reads; formatted by locale where it is shown."""
    promised = sum(item.owed for item in found.items)
    done = sum(min(item.done, item.owed) for item in found.items)
    return {
        "business": said.business,
        "client": said.client,
        "title": said.title,
        "period": {"starts_on": said.starts_on.isoformat(), "ends_on": said.ends_on.isoformat()},
        "ended_on": said.ended_on.isoformat() if said.ended_on else "",
        "measure": said.measure,
        "verdict": verdict([one.pace for one in found.figures], promised, done).value,
        "hours": _hours(found.hours),
        "deliverables": [_item(item) for item in found.items],
        "kpis": _figures(found.figures, said.chosen),
        "requests": _requests(found.wishes),
        "value_adds": [
            str(one["title"]) for one in said.value_adds if _is_given(one, said.starts_on)
        ],
        "entries": [
            {"on": one.on.isoformat(), "note": one.note, "minutes": one.minutes}
            for one in found.work
        ],
        "silent": _silent(found.silent, said.starts_on),
        "comment": said.comment,
        "next_text": said.next_text,
        "next": [{"title": title, "promised": n} for title, n in owed(found.next_items).items()],
        "decision": said.decision,
    }


def owed(items: Iterable[Item]) -> dict[str, int]:
    """How many of each name: what was carried in is added to what the period promises itself."""
    found: dict[str, int] = {}
    for item in items:
        found[item.title] = found.get(item.title, 0) + item.promised
    return found


def _hours(stated: PeriodStatement) -> dict[str, int]:
    return {
        "granted": stated.granted,
        "adjusted": stated.adjusted,
        "rolled_in": stated.rolled_in,
        "deficit_in": stated.deficit_in,
        "used": stated.used,
        "remaining": stated.remaining,
        "available": stated.available,
        "approved": stated.approved,
        "rolled_out": stated.rolled_out,
        "expired": stated.expired,
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "title": item.title,
        "promised": item.promised,
        "done": item.done,
        "state": item.state,
        "because": item.because,
        "came_from": item.came_from.isoformat() if item.came_from else "",
        "given": item.given,
    }


def _figures(figures: Sequence[Measured], chosen: Sequence[str]) -> list[dict[str, Any]]:
    """The chosen ones first, in their order; else the first three as they come. `shown` marks them."""
    by_id = {str(one.kpi.pk): one for one in figures}
    first = [by_id[pk] for pk in dict.fromkeys(chosen) if pk in by_id][:SHOWN] or list(figures)[
        :SHOWN
    ]
    return [
        _figure(one, one in first)
        for one in [*first, *(one for one in figures if one not in first)]
    ]


def _figure(one: Measured, is_shown: bool) -> dict[str, Any]:
    """A missing reading stays empty: never 0."""
    kpi = one.kpi
    return {
        "id": str(kpi.pk),
        "name": kpi.name,
        "kind": kpi.kind,
        "shape": kpi.shape,
        "unit": kpi.unit,
        "baseline": str(kpi.baseline),
        "start": str(one.start),
        "target": str(kpi.target),
        "less_is_better": kpi.less_is_better,
        "value": "" if one.value is None else str(one.value),
        "on": one.on.isoformat() if one.on else "",
        "pace": one.pace.value,
        "history": [
            [day.isoformat(), "" if value is None else str(value)] for day, value in one.history
        ],
        "shown": is_shown,
    }


def _requests(wishes: Sequence[Wish]) -> dict[str, Any]:
    """How many, how many were answered in the promised time, and how fast in the middle (minutes; null: none)."""
    taken = [wish for wish in wishes if wish.state != RequestState.WITHDRAWN]
    waits = [wish.responded_at - wish.asked_at for wish in taken if wish.responded_at]
    return {
        "asked": len(taken),
        "answered": len(waits),
        "in_time": sum(
            bool(wish.responded_at and wish.responded_at <= wish.respond_by) for wish in taken
        ),
        "median_minutes": max(1, median_low(waits) // timedelta(minutes=1)) if waits else None,
        "done": [wish.title for wish in taken if wish.state == RequestState.DONE],
        "open": [
            wish.title for wish in taken if wish.state in (RequestState.ASKED, RequestState.STARTED)
        ],
    }


def _is_given(one: dict[str, Any], starts_on: date) -> bool:
    """A value-add counts up to its last day."""
    return not one.get("ends_on") or date.fromisoformat(one["ends_on"]) >= starts_on


def _silent(rows: Sequence[tuple[date, date, str]], starts_on: date) -> list[dict[str, str]]:
    """The periods without a report that lie right before this one, oldest first."""
    found: list[dict[str, str]] = []
    edge = starts_on
    for first, end, why in reversed(rows):
        if end != edge:
            break
        found.append({"starts_on": first.isoformat(), "because": why})
        edge = first
    return found[::-1]
