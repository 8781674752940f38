"""A week of work as a table: who it was for, down; Monday to Sunday, across."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from agreements.models import Agreement, Period
from agreements.rules.states import RUNS
from core.models import Business
from delivery.hours import hours_left
from delivery.models import TimeEntry


@dataclass(frozen=True)
class Cell:
    """What was done for one client on one day; `can_add` where the day has come and the agreement runs."""

    agreement: Agreement
    day: date
    entries: list[TimeEntry]
    can_add: bool

    @property
    def minutes(self) -> int:
        """All of it."""
        return _sum(self.entries)


@dataclass(frozen=True)
class Row:
    """A client's week. `left` are the minutes that its period still includes; None where it includes none."""

    agreement: Agreement
    cells: list[Cell]
    left: int | None

    @property
    def over(self) -> int:
        """Minutes beyond what its period includes."""
        return max(0, -(self.left or 0))

    @property
    def minutes(self) -> int:
        """The week's sum."""
        return sum(cell.minutes for cell in self.cells)


@dataclass(frozen=True)
class Day:
    """One day over all clients."""

    day: date
    cells: list[Cell]
    can_add: bool

    @property
    def minutes(self) -> int:
        """The day's sum."""
        return sum(cell.minutes for cell in self.cells)


@dataclass(frozen=True)
class Week:
    """Rows by client's name, and the same by day."""

    monday: date
    rows: list[Row]
    days: list[Day]

    @property
    def minutes(self) -> int:
        """Everything."""
        return sum(day.minutes for day in self.days)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_of(business: Business, monday: date, today: date) -> Week:
    """In a number of questions that does not grow: what runs, and what time was written for in that week."""
    days = [monday + timedelta(days=n) for n in range(7)]
    found = TimeEntry.objects.filter(business=business, on__range=(days[0], days[-1]))
    entries: dict[tuple[UUID, date], list[TimeEntry]] = defaultdict(list)
    for entry in found.select_related("period", "deliverable").order_by("on", "pk"):
        entries[entry.period.agreement_id, entry.on].append(entry)
    worked_for = {agreement_id for agreement_id, _day in entries}
    agreements = Agreement.objects.filter(
        Q(state__in=RUNS, starts_on__lte=days[-1]) | Q(pk__in=worked_for)
    )
    listed = list(
        agreements.filter(business=business)
        .select_related("client")
        .order_by("client__name", "title", "pk")
    )
    left = _left(listed, min(today, days[-1]))
    rows = [
        Row(
            row,
            [Cell(row, day, entries[row.pk, day], _can_add(row, day, today)) for day in days],
            left.get(row.pk),
        )
        for row in listed
    ]
    by_day = [
        Day(day, [row.cells[place] for row in rows], day <= today) for place, day in enumerate(days)
    ]
    return Week(monday, rows, by_day)


def _can_add(agreement: Agreement, day: date, today: date) -> bool:
    ends = agreement.ends_on
    return (
        agreement.state in RUNS
        and agreement.starts_on <= day <= today
        and (ends is None or day < ends)
    )


def _left(agreements: Iterable[Agreement], on: date) -> dict[UUID, int]:
    """Minutes left, as it stands now, in the period of a day, where any are included in it."""
    stated = hours_left.of_agreements(agreements)
    running = Period.objects.filter(
        agreement__in=[row.pk for row in agreements], starts_on__lte=on, ends_on__gt=on
    )
    found = {row.agreement_id: stated[row.pk] for row in running}
    return {pk: line.available - line.used for pk, line in found.items() if line.available > 0}


def _sum(entries: Iterable[TimeEntry]) -> int:
    return sum(entry.minutes for entry in entries)
