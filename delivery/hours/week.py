"""A week of work as a table: a row for each agreement, a column for each day from Monday on."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from agreements.models import Agreement, Period
from agreements.rules.states import RUNNING_STATES
from core.models import Business
from delivery.hours import hours_left
from delivery.hours.day_plan import runs_on
from delivery.models import DayNote, PlannedTime, TimeEntry


@dataclass(frozen=True)
class Cell:
    """The time that was logged for one agreement on one day.

    `can_add` says that time may be logged there: the day has come and the agreement runs.
    `can_plan` says that time may be planned, and `planned` is what is, in minutes.
    """

    agreement: Agreement
    day: date
    entries: list[TimeEntry]
    can_add: bool
    planned: int = 0
    can_plan: bool = False

    @property
    def minutes(self) -> int:
        """The sum of the entries."""
        return _total_minutes(self.entries)

    @property
    def is_open(self) -> bool:
        """Whether the page leads into it: something is there, or can be added or planned."""
        return bool(self.entries or self.planned or self.can_add or self.can_plan)


class _Line:
    """A line of the table in either direction, with what its cells add up to."""

    cells: list[Cell]

    @property
    def minutes(self) -> int:
        """The sum of what was logged."""
        return sum(cell.minutes for cell in self.cells)

    @property
    def planned(self) -> int:
        """The sum of what is planned, in minutes."""
        return sum(cell.planned for cell in self.cells)


@dataclass(frozen=True)
class Row(_Line):
    """The week of one agreement.

    `left` is how many included minutes its period has left, None where no time is included.
    """

    agreement: Agreement
    cells: list[Cell]
    left: int | None

    @property
    def over(self) -> int:
        """The minutes beyond the included time of the period."""
        return max(0, -(self.left or 0))


@dataclass(frozen=True)
class Day(_Line):
    """One day over all agreements. `note` is the freelancer's own line about it."""

    day: date
    cells: list[Cell]
    can_add: bool
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the page leads into it: something is there, or can be added or planned."""
        return bool(self.can_add or self.note or any(cell.is_open for cell in self.cells))

    @property
    def can_plan(self) -> bool:
        """Whether time may be planned on the day for anybody."""
        return any(cell.can_plan for cell in self.cells)


@dataclass(frozen=True)
class Week:
    """The table: its rows by client name, and the same cells by day."""

    monday: date
    rows: list[Row]
    days: list[Day]

    @property
    def minutes(self) -> int:
        """The sum of all entries."""
        return sum(day.minutes for day in self.days)

    @property
    def planned(self) -> int:
        """What is planned for the week, in minutes."""
        return sum(day.planned for day in self.days)


def monday_of(day: date) -> date:
    """Return the Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def week_of(business: Business, monday: date, today: date) -> Week:
    """Return the week that begins on `monday`: the agreements that run, and the time logged in it.

    The number of queries does not grow with the number of agreements.
    """
    days = [monday + timedelta(days=n) for n in range(7)]
    entries, planned = _entries(business, days), _planned(business, days)
    touched = {agreement_id for agreement_id, _day in (*entries, *planned)}
    agreements = Agreement.objects.filter(
        Q(state__in=RUNNING_STATES, starts_on__lte=days[-1]) | Q(pk__in=touched)
    )
    shown = list(
        agreements.filter(business=business)
        .select_related("client")
        .order_by("client__name_key", "title", "pk")
    )
    minutes_left = _minutes_left(shown, min(today, days[-1]))

    def cell(row: Agreement, day: date) -> Cell:
        key, runs = (row.pk, day), runs_on(row, day)
        logged, plan = entries.get(key, []), planned.get(key, 0)
        return Cell(row, day, logged, runs and day <= today, plan, runs and day > today)

    rows = [Row(row, [cell(row, day) for day in days], minutes_left.get(row.pk)) for row in shown]
    notes = dict(
        DayNote.objects.filter(business=business, on__range=(days[0], days[-1])).values_list(
            "on", "text"
        )
    )
    by_day = [
        Day(day, [row.cells[column] for row in rows], day <= today, notes.get(day, ""))
        for column, day in enumerate(days)
    ]
    return Week(monday, rows, by_day)


def _entries(business: Business, days: list[date]) -> dict[tuple[UUID, date], list[TimeEntry]]:
    """The time logged on these days, by agreement and day."""
    logged = TimeEntry.objects.filter(business=business, on__range=(days[0], days[-1]))
    entries: dict[tuple[UUID, date], list[TimeEntry]] = defaultdict(list)
    for entry in logged.select_related("period", "deliverable").order_by("on", "pk"):
        entries[entry.period.agreement_id, entry.on].append(entry)
    return entries


def _planned(business: Business, days: list[date]) -> dict[tuple[UUID, date], int]:
    """The minutes planned for these days, by agreement and day."""
    rows = PlannedTime.objects.filter(business=business, on__range=(days[0], days[-1]))
    found = rows.values_list("agreement_id", "on", "minutes")
    return {(agreement_id, on): minutes for agreement_id, on, minutes in found}


def _minutes_left(agreements: Iterable[Agreement], on: date) -> dict[UUID, int]:
    """Return how many minutes are left now in each agreement's period on the day `on`.

    Agreements whose period includes no time are left out.
    """
    statements = hours_left.statements_of(agreements)
    running = Period.objects.filter(
        agreement__in=[row.pk for row in agreements], starts_on__lte=on, ends_on__gt=on
    )
    running_statements = {row.agreement_id: statements[row.pk] for row in running}
    return {
        pk: period_statement.available - period_statement.used
        for pk, period_statement in running_statements.items()
        if period_statement.available > 0
    }


def _total_minutes(entries: Iterable[TimeEntry]) -> int:
    return sum(entry.minutes for entry in entries)
