"""A week of work as a table: a row for each agreement, a column for each day from Monday on."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from agreements.models import Agreement, Period
from agreements.rules.states import RUNNING_STATES
from core.models import Business
from delivery.hours import hours_left
from delivery.hours.day_plan import runs_on
from delivery.models import DayNote, PlannedTime, TimeEntry


@dataclass(frozen=True)
class Cell:
    """The minutes that were logged for one agreement on one day.

    `can_add` says that time may be logged there: the day has come and the agreement runs.
    `can_plan` says that time may be planned, and `planned` is what is, in minutes.
    """

    agreement: Agreement
    day: date
    minutes: int
    can_add: bool
    planned: int = 0
    can_plan: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the page leads into it: something is there, or can be added or planned."""
        return bool(self.minutes or self.planned or self.can_add or self.can_plan)


@dataclass(frozen=True)
class Row:
    """The week of one agreement.

    `left` is how many included minutes its period has left, None where no time is included.
    """

    agreement: Agreement
    cells: list[Cell]
    left: int | None

    @property
    def minutes(self) -> int:
        """The sum of what was logged."""
        return sum(cell.minutes for cell in self.cells)

    @property
    def over(self) -> int:
        """The minutes beyond the included time of the period."""
        return max(0, -(self.left or 0))


@dataclass(frozen=True)
class Day:
    """One day. `note` is the freelancer's own line about it.

    `cells` are those of the agreements that are shown; the sums are of all. `runs` says that some
    agreement runs on the day.
    """

    day: date
    cells: list[Cell]
    has_come: bool
    runs: bool
    minutes: int
    planned: int
    note: str = ""

    @property
    def can_add(self) -> bool:
        """Whether time may be logged on the day for anybody."""
        return self.runs and self.has_come

    @property
    def can_plan(self) -> bool:
        """Whether time may be planned on the day for anybody."""
        return self.runs and not self.has_come

    @property
    def is_open(self) -> bool:
        """Whether the page leads into it: something is there, or can be added or planned."""
        return bool(self.has_come or self.runs or self.note or self.minutes or self.planned)


@dataclass(frozen=True)
class Week:
    """The table: its rows by client name, and the same cells by day.

    `total` is the number of agreements of the week, also where only some of them are shown.
    """

    monday: date
    rows: list[Row]
    days: list[Day]
    total: int

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


def agreements_of_week(business: Business, monday: date) -> QuerySet[Agreement]:
    """The agreements that run in the week, or for which time was logged or planned in it."""
    days = (monday, monday + timedelta(days=6))
    logged = TimeEntry.objects.filter(business=business, on__range=days)
    planned = PlannedTime.objects.filter(business=business, on__range=days)
    return Agreement.objects.filter(
        Q(state__in=RUNNING_STATES, starts_on__lte=days[1])
        | Q(pk__in=logged.order_by().values("period__agreement"))
        | Q(pk__in=planned.order_by().values("agreement")),
        business=business,
    )


def week_of(
    business: Business, monday: date, today: date, shown: Sequence[Agreement] | None = None
) -> Week:
    """Return the week that begins on `monday`: the agreements that run, and the time logged in it.

    With `shown`, agreements loaded with their clients, only these have rows; the sums are of all.
    The number of queries does not grow with the number of agreements.
    """
    agreements = agreements_of_week(business, monday)
    if shown is None:
        by_name = ("client__name_key", "title", "pk")
        shown = list(agreements.select_related("client").order_by(*by_name))
    days = [monday + timedelta(days=n) for n in range(7)]
    entries = TimeEntry.objects.filter(business=business, period__agreement__in=shown)
    logged = _by_cell(entries, days, "period__agreement")
    plans = PlannedTime.objects.filter(business=business, agreement__in=shown)
    planned = _by_cell(plans, days, "agreement")
    minutes_left = _minutes_left(shown, min(today, days[-1]))

    def cell(row: Agreement, day: date) -> Cell:
        key, runs = (row.pk, day), runs_on(row, day)
        minutes, plan = logged.get(key, 0), planned.get(key, 0)
        return Cell(row, day, minutes, runs and day <= today, plan, runs and day > today)

    rows = [Row(row, [cell(row, day) for day in days], minutes_left.get(row.pk)) for row in shown]
    return Week(monday, rows, *_days(business, agreements, rows, days, today))


def _days(
    business: Business,
    agreements: QuerySet[Agreement],
    rows: list[Row],
    days: list[date],
    today: date,
) -> tuple[list[Day], int]:
    """The days with the sums of all agreements, and the number of these."""
    total, running = _counts(agreements, days)
    if total == len(rows):
        shown = [cell for row in rows for cell in row.cells]
        minutes = _added_up(shown, lambda cell: cell.minutes)
        planned = _added_up(shown, lambda cell: cell.planned)
    else:
        minutes = _sums(TimeEntry.objects.filter(business=business), days)
        planned = _sums(PlannedTime.objects.filter(business=business), days)
    notes = _within(DayNote.objects.filter(business=business), days)
    note_of = dict(notes.values_list("on", "text"))
    by_day = [
        Day(
            day,
            [row.cells[column] for row in rows],
            day <= today,
            running[day] > 0,
            minutes.get(day, 0),
            planned.get(day, 0),
            note_of.get(day, ""),
        )
        for column, day in enumerate(days)
    ]
    return by_day, total


def entries_of_day(business: Business, day: date) -> QuerySet[TimeEntry]:
    """The time logged on a day, by client name."""
    agreement = "period__agreement"
    by_name = (f"{agreement}__client__name_key", f"{agreement}__title", f"{agreement}_id", "pk")
    return TimeEntry.objects.filter(business=business, on=day).order_by(*by_name)


def _within(rows: Any, days: list[date]) -> Any:
    """Those of the rows whose day is one of these, from the first to the last."""
    return rows.filter(on__range=(days[0], days[-1]))


def _counts(agreements: QuerySet[Agreement], days: list[date]) -> tuple[int, dict[date, int]]:
    """How many agreements there are, and how many run on each day (`day_plan.runs_on`)."""
    running = {
        f"day_{n}": Count(
            "pk",
            filter=Q(state__in=RUNNING_STATES, starts_on__lte=day)
            & (Q(ends_on=None) | Q(ends_on__gt=day)),
        )
        for n, day in enumerate(days)
    }
    found = agreements.order_by().aggregate(total=Count("pk"), **running)
    return found["total"], {day: found[f"day_{n}"] for n, day in enumerate(days)}


def _added_up(cells: Iterable[Cell], minutes: Callable[[Cell], int]) -> dict[date, int]:
    """The minutes of these cells by day."""
    found: Counter[date] = Counter()
    for cell in cells:
        found[cell.day] += minutes(cell)
    return found


def _sums(rows: Any, days: list[date]) -> dict[date, int]:
    """The minutes of all rows by day."""
    by_day = _within(rows, days).order_by().values_list("on")
    return dict(by_day.annotate(total=Sum("minutes")))


def _by_cell(rows: Any, days: list[date], agreement: str) -> dict[tuple[UUID, date], int]:
    """The minutes of the rows by agreement and day; `agreement` is the path to it."""
    found = _within(rows, days).order_by().values_list(agreement, "on")
    return {(pk, on): minutes for pk, on, minutes in found.annotate(total=Sum("minutes"))}


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
