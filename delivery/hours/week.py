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
from delivery.models import TimeEntry


@dataclass(frozen=True)
class Cell:
    """The time that was logged for one agreement on one day.

    `can_add` says that time may be logged there: the day has come and the agreement runs.
    """

    agreement: Agreement
    day: date
    entries: list[TimeEntry]
    can_add: bool

    @property
    def minutes(self) -> int:
        """The sum of the entries."""
        return _total_minutes(self.entries)


@dataclass(frozen=True)
class Row:
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

    @property
    def minutes(self) -> int:
        """The sum of the week."""
        return sum(cell.minutes for cell in self.cells)


@dataclass(frozen=True)
class Day:
    """One day over all agreements."""

    day: date
    cells: list[Cell]
    can_add: bool

    @property
    def minutes(self) -> int:
        """The sum of the day."""
        return sum(cell.minutes for cell in self.cells)


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


def monday_of(day: date) -> date:
    """Return the Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def week_of(business: Business, monday: date, today: date) -> Week:
    """Return the week that begins on `monday`: the agreements that run, and the time logged in it.

    The number of queries does not grow with the number of agreements.
    """
    days = [monday + timedelta(days=n) for n in range(7)]
    logged = TimeEntry.objects.filter(business=business, on__range=(days[0], days[-1]))
    entries: dict[tuple[UUID, date], list[TimeEntry]] = defaultdict(list)
    for entry in logged.select_related("period", "deliverable").order_by("on", "pk"):
        entries[entry.period.agreement_id, entry.on].append(entry)
    worked_for = {agreement_id for agreement_id, _day in entries}
    agreements = Agreement.objects.filter(
        Q(state__in=RUNNING_STATES, starts_on__lte=days[-1]) | Q(pk__in=worked_for)
    )
    shown = list(
        agreements.filter(business=business)
        .select_related("client")
        .order_by("client__name_key", "title", "pk")
    )
    minutes_left = _minutes_left(shown, min(today, days[-1]))
    rows = [
        Row(
            row,
            [Cell(row, day, entries[row.pk, day], _can_add(row, day, today)) for day in days],
            minutes_left.get(row.pk),
        )
        for row in shown
    ]
    by_day = [
        Day(day, [row.cells[column] for row in rows], day <= today)
        for column, day in enumerate(days)
    ]
    return Week(monday, rows, by_day)


def _can_add(agreement: Agreement, day: date, today: date) -> bool:
    """Whether time may be logged for the agreement on `day`."""
    ends = agreement.ends_on
    return (
        agreement.state in RUNNING_STATES
        and agreement.starts_on <= day <= today
        and (ends is None or day < ends)
    )


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
