"""A KPI against its line: its start, its expected value, and periods without a reading.

See rules 38 and 39.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Period
from billing.runs.billing_run import run_billing
from delivery.kpis import figures_by_period, kpi_changes
from delivery.models import Kpi
from delivery.rules import kpi_pace
from delivery.rules.kpi_pace import Line, Pace, Shape
from tests.world import NOW, World

FIRST, SECOND, THIRD = date(2026, 11, 2), date(2026, 12, 2), date(2027, 1, 2)
D = Decimal
AMOUNT = st.decimals(-99999, 99999, places=2)


def tracked(
    world: World, shape: Shape = Shape.LEVEL, name: str = "Followers", **fields: Any
) -> Kpi:
    agreement = fields.pop("agreement", None) or world.running()
    for days in (0, 30, 61):
        run_billing(now=NOW + timedelta(days=days), door="test")
    facts = {
        "unit": "",
        "baseline": D(100),
        "target": D(200),
        "less_is_better": False,
        "now": NOW,
    } | fields
    return kpi_changes.add_kpi(agreement=agreement, name=name, shape=shape, **facts)


def period(kpi: Kpi, starts_on: date = FIRST) -> Period:
    return Period.objects.get(agreement=kpi.agreement, starts_on=starts_on)


def read(kpi: Kpi, on: date, value: int) -> None:
    within = Period.objects.get(agreement=kpi.agreement, starts_on__lte=on, ends_on__gt=on)
    kpi_changes.write_reading(kpi=kpi, period=within, value=D(value), on=on, now=NOW)


def figure(
    kpi: Kpi, starts_on: date = FIRST, today: date | None = None
) -> figures_by_period.Figure:
    found = period(kpi, starts_on)
    return figures_by_period.figures_of([found], today)[found.pk][0]


def test_a_level_continues_from_the_newest_earlier_reading(world: World) -> None:
    kpi = tracked(world)
    assert figure(kpi).start == 100
    read(kpi, FIRST + timedelta(days=3), 120)
    read(kpi, FIRST + timedelta(days=20), 140)
    assert (figure(kpi).value, figure(kpi).on) == (140, FIRST + timedelta(days=20))
    assert figure(kpi, SECOND).start == figure(kpi, THIRD).start == 140
    assert figure(kpi, THIRD).history == [(FIRST, 140), (SECOND, None), (THIRD, None)]


@pytest.mark.parametrize(
    ("shape", "start", "middle"),
    [
        (Shape.LEVEL, 100, 150),
        (Shape.COUNT, 0, 100),
        (Shape.RATE, 200, 200),
    ],
)
def test_each_shape_has_its_own_line(world: World, shape: Shape, start: int, middle: int) -> None:
    found = figure(tracked(world, shape), today=FIRST + timedelta(days=15))
    assert (found.start, found.expected, found.days_left) == (start, middle, 15)


def test_no_reading_is_unknown_and_never_zero(world: World) -> None:
    kpi = tracked(world, Shape.COUNT, target=D(0), less_is_better=True)
    assert (figure(kpi).value, figure(kpi).pace) == (None, Pace.UNKNOWN)
    read(kpi, FIRST, 0)
    assert (figure(kpi).value, figure(kpi).pace) == (0, Pace.REACHED)


def test_for_a_week_a_reading_is_compared_with_the_line_on_its_own_day(world: World) -> None:
    kpi = tracked(world, Shape.COUNT, target=D(300))
    read(kpi, FIRST + timedelta(days=7), 70)
    paces = [figure(kpi, today=FIRST + timedelta(days=day)).pace for day in (7, 10, 14, 15, 30)]
    assert paces == [Pace.ON_TRACK, Pace.ON_TRACK, Pace.ON_TRACK, Pace.BEHIND, Pace.BEHIND]


def test_a_limit_that_can_still_be_broken_is_not_reached_yet(world: World) -> None:
    kpi = tracked(world, Shape.COUNT, target=D(30), less_is_better=True)
    read(kpi, FIRST + timedelta(days=10), 11)
    assert figure(kpi, today=FIRST + timedelta(days=10)).pace == Pace.BEHIND
    assert figure(kpi).pace == Pace.REACHED


def test_from_zero_there_is_no_percentage() -> None:
    assert kpi_pace.change_percent(D(0), D(50)) is None
    assert kpi_pace.change_percent(D(-50), D(-25)) == 50


def test_a_retired_kpi_is_left_out_of_later_periods(world: World) -> None:
    kpi = tracked(world)
    Kpi.objects.filter(pk=kpi.pk).update(retired_at=NOW + timedelta(days=10))
    found = figures_by_period.figures_of([period(kpi), period(kpi, SECOND)])
    assert [len(own) for own in found.values()] == [1, 0]


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    counts = []
    for number in range(2):
        own = world.running(world.client(f"C{number}"), card="")
        for name in ("A", "B"):
            read(tracked(world, agreement=own, name=name), FIRST, 1)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            figures_by_period.figures_of(Period.objects.all())
        counts.append(len(asked))
    assert counts[0] == counts[1] == 4


@given(st.sampled_from(Shape), AMOUNT, AMOUNT, AMOUNT, st.integers(-5, 40), st.booleans())
def test_the_line_stays_between_its_ends_and_a_better_value_never_ranks_lower(
    shape: Shape, start: D, target: D, value: D, day: int, less: bool
) -> None:
    line = Line(shape, start, target, FIRST, SECOND, less)
    today = FIRST + timedelta(days=day)
    assert min(start, target) <= line.at(today) <= max(start, target)
    beyond = shape == Shape.LEVEL and (start < target if less else start > target)
    assert line.at(FIRST) == (target if beyond else start) and line.at(SECOND) == target
    better = value - 1 if less else value + 1
    ranks = [Pace.BEHIND, Pace.ON_TRACK, Pace.REACHED]
    assert ranks.index(line.pace(better, today, today)) >= ranks.index(
        line.pace(value, today, today)
    )
    assert line.pace(target, SECOND, SECOND) == Pace.REACHED
