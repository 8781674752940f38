"""Composes the contents of a report from the facts of its period, as plain JSON (rule 38).

Pure. The JSON holds integers, ISO dates and texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median_low
from typing import Any, Protocol

from delivery.rules.allowance import PeriodStatement
from delivery.rules.kpi_pace import Pace, Verdict, verdict
from delivery.rules.states import DeliverableState, RequestState

KPIS_SHOWN = 3  # KPIs that are shown first


class KpiFigure(Protocol):
    """What is read of a KPI's figure; see delivery.kpis.figures_by_period.Figure."""

    @property
    def kpi(self) -> Any:
        """The KPI."""

    @property
    def start(self) -> Decimal:
        """The value at the start of the period."""

    @property
    def value(self) -> Decimal | None:
        """The newest reading of the period; None without a reading."""

    @property
    def on(self) -> date | None:
        """The day of that reading."""

    @property
    def pace(self) -> Pace:
        """How the value stands against its target."""

    @property
    def history(self) -> list[tuple[date, Decimal | None]]:
        """(first day, value) of this period and those before it, oldest first."""


@dataclass(frozen=True)
class Item:
    """One deliverable of a period.

    `came_from` is the first day of the period it was carried over from, and `given` holds the title
    and link of each handover. `approved` is how many of those done the client has approved.
    """

    title: str
    promised: int
    done: int
    state: str
    because: str = ""
    came_from: date | None = None
    given: list[dict[str, str]] = field(default_factory=list)
    approved: int = 0

    @property
    def owed(self) -> int:
        """How many the client should have received; of a waived item only what was done."""
        return (
            min(self.done, self.promised)
            if self.state == DeliverableState.WAIVED
            else self.promised
        )


@dataclass(frozen=True)
class RequestFacts:
    """A request by the client, with when its first answer was due and when it was given."""

    title: str
    state: str
    asked_at: datetime
    respond_by: datetime
    responded_at: datetime | None


@dataclass(frozen=True)
class Work:
    """Time of one day that the client may see, in minutes."""

    on: date
    note: str
    minutes: int


@dataclass(frozen=True)
class Facts:
    """Everything a report is made of.

    `silent` lists earlier periods without a report as (first day, end, reason), and `value_adds`
    what was added in the period as {"title", "ends_on"}. `before` is the snapshot of the report of
    the period right before, None without one.
    """

    hours: PeriodStatement
    figures: Sequence[KpiFigure]
    items: Sequence[Item]
    next_items: Sequence[Item]
    wishes: Sequence[RequestFacts]
    work: Sequence[Work]
    silent: Sequence[tuple[date, date, str]]
    value_adds: Sequence[dict[str, Any]] = ()
    before: dict[str, Any] | None = None


@dataclass(frozen=True)
class ReportTexts:
    """Whose report it is, and the texts of the freelancer.

    `chosen` are the ids of the KPIs to show first, in order.
    """

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


def compose_report(texts: ReportTexts, facts: Facts) -> dict[str, Any]:
    """Return everything the client reads; it is formatted for the language where it is shown."""
    return {
        "business": texts.business,
        "client": texts.client,
        "title": texts.title,
        "period": {"starts_on": texts.starts_on.isoformat(), "ends_on": texts.ends_on.isoformat()},
        "ended_on": texts.ended_on.isoformat() if texts.ended_on else "",
        "measure": texts.measure,
        "verdict": verdict_of(facts).value,
        "hours": _hours(facts.hours),
        "deliverables": [_item(item) for item in facts.items],
        "kpis": _figures(facts.figures, texts.chosen),
        "requests": _requests(facts.wishes),
        "value_adds": [
            str(value_add["title"])
            for value_add in texts.value_adds
            if _is_given(value_add, texts.starts_on)
        ],
        "entries": [
            {"on": work.on.isoformat(), "note": work.note, "minutes": work.minutes}
            for work in facts.work
        ],
        "silent": _silent(facts.silent, texts.starts_on),
        "comment": texts.comment,
        "next_text": texts.next_text,
        "next": [
            {"title": title, "promised": count} for title, count in owed(facts.next_items).items()
        ],
        "decision": texts.decision,
    }


def verdict_of(facts: Facts) -> Verdict:
    """Return how the period went."""
    promised = sum(item.owed for item in facts.items)
    done = sum(min(item.done, item.owed) for item in facts.items)
    return verdict([figure.pace for figure in facts.figures], promised, done)


def owed(items: Iterable[Item]) -> dict[str, int]:
    """Return how many pieces are promised by title, with what was carried in."""
    counts: dict[str, int] = {}
    for item in items:
        counts[item.title] = counts.get(item.title, 0) + item.promised
    return counts


def _hours(statement: PeriodStatement) -> dict[str, int]:
    """Return the statement of the hours as JSON, in minutes."""
    return {
        "granted": statement.granted,
        "adjusted": statement.adjusted,
        "rolled_in": statement.rolled_in,
        "deficit_in": statement.deficit_in,
        "used": statement.used,
        "remaining": statement.remaining,
        "available": statement.available,
        "approved": statement.approved,
        "rolled_out": statement.rolled_out,
        "expired": statement.expired,
    }


def _item(item: Item) -> dict[str, Any]:
    """Return a deliverable as JSON."""
    return {
        "title": item.title,
        "promised": item.promised,
        "done": item.done,
        "state": item.state,
        "because": item.because,
        "came_from": item.came_from.isoformat() if item.came_from else "",
        "given": item.given,
        "approved": item.approved,
    }


def _figures(figures: Sequence[KpiFigure], chosen: Sequence[str]) -> list[dict[str, Any]]:
    """Return the KPIs as JSON, the chosen ones first, or by default the first three as `shown`."""
    by_id = {str(figure.kpi.pk): figure for figure in figures}
    shown = [by_id[pk] for pk in dict.fromkeys(chosen) if pk in by_id][:KPIS_SHOWN] or list(
        figures
    )[:KPIS_SHOWN]
    return [
        _figure(figure, figure in shown)
        for figure in [*shown, *(figure for figure in figures if figure not in shown)]
    ]


def _figure(figure: KpiFigure, is_shown: bool) -> dict[str, Any]:
    """Return a KPI as JSON; a missing reading stays empty, never 0."""
    kpi = figure.kpi
    return {
        "id": str(kpi.pk),
        "name": kpi.name,
        "kind": kpi.kind,
        "shape": kpi.shape,
        "unit": kpi.unit,
        "baseline": str(kpi.baseline),
        "start": str(figure.start),
        "target": str(kpi.target),
        "less_is_better": kpi.less_is_better,
        "value": "" if figure.value is None else str(figure.value),
        "on": figure.on.isoformat() if figure.on else "",
        "pace": figure.pace.value,
        "history": [
            [day.isoformat(), "" if value is None else str(value)] for day, value in figure.history
        ],
        "shown": is_shown,
    }


def _requests(wishes: Sequence[RequestFacts]) -> dict[str, Any]:
    """Return how the requests of the period were answered.

    `in_time` counts those answered within the promised time. `median_minutes` is the median time to
    the first answer, null without an answer.
    """
    requests = [request for request in wishes if request.state != RequestState.WITHDRAWN]
    response_times = [
        request.responded_at - request.asked_at for request in requests if request.responded_at
    ]
    return {
        "asked": len(requests),
        "answered": len(response_times),
        "in_time": sum(
            bool(request.responded_at and request.responded_at <= request.respond_by)
            for request in requests
        ),
        "median_minutes": max(1, median_low(response_times) // timedelta(minutes=1))
        if response_times
        else None,
        "done": [request.title for request in requests if request.state == RequestState.DONE],
        "open": [
            request.title
            for request in requests
            if request.state in (RequestState.ASKED, RequestState.STARTED)
        ],
    }


def _is_given(value_add: dict[str, Any], starts_on: date) -> bool:
    """Whether a value-add still applied on `starts_on`; it counts up to its last day."""
    return not value_add.get("ends_on") or date.fromisoformat(value_add["ends_on"]) >= starts_on


def _silent(rows: Sequence[tuple[date, date, str]], starts_on: date) -> list[dict[str, str]]:
    """Return the periods without a report right before this one, oldest first."""
    silent: list[dict[str, str]] = []
    next_start = starts_on
    for first, end, reason in reversed(rows):
        if end != next_start:
            break
        silent.append({"starts_on": first.isoformat(), "because": reason})
        next_start = first
    return silent[::-1]
