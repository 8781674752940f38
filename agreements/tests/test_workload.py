"""Workload: no minute is lost between two months, and no day off counts twice."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from agreements.rules import workload
from agreements.rules.workload import Promise
from core.dates import Span

NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
spans = st.builds(lambda day, n: Span(day, day + timedelta(days=n)), days, st.integers(1, 400))


@given(spans, st.integers(0, 400), st.integers(0, 60_000))
def test_the_minutes_of_two_halves_add_up_to_the_whole(whole: Span, cut: int, minutes: int) -> None:
    promise = [Promise(whole, Fraction(minutes))]
    assert workload.minutes_within(promise, whole) == minutes
    if 0 < cut < whole.days:
        middle = whole.start + timedelta(days=cut)
        parts = [
            workload.minutes_within(promise, part)
            for part in (Span(whole.start, middle), Span(middle, whole.end))
        ]
        assert abs(sum(parts) - minutes) <= 1  # each is rounded once


@given(st.integers(0, 60_000), spans, st.lists(spans, max_size=4), spans)
def test_time_off_takes_at_most_the_capacity_and_counts_a_day_once(
    capacity: int, stretch: Span, away: list[Span], another: Span
) -> None:
    taken = workload.minutes_off(capacity, stretch, away)
    assert 0 <= taken <= workload.minutes_off(capacity, stretch, [*away, another]) <= capacity
    assert workload.minutes_off(capacity, stretch, [*away, *away]) == taken


def test_a_week_off_takes_five_working_days_and_a_weekend_none() -> None:
    week = Span(date(2026, 11, 9), date(2026, 11, 16))
    assert workload.minutes_off(21 * 60, NOVEMBER, [week]) == 5 * 60
    assert (
        workload.minutes_off(21 * 60, NOVEMBER, [Span(date(2026, 11, 14), date(2026, 11, 16))]) == 0
    )


def test_half_a_period_in_a_month_is_half_its_hours() -> None:
    promise = Promise(Span(date(2026, 11, 16), date(2026, 12, 16)), Fraction(1200))
    assert workload.minutes_within([promise], NOVEMBER) == 600


@given(st.integers(-10_000, 10_000), st.integers(1, 5_000))
def test_openings_are_the_largest_number_of_clients_that_fit(free: int, tier: int) -> None:
    openings = workload.openings(free, tier)
    assert openings >= 0 and openings * tier <= max(free, 0) < (openings + 1) * tier


weeks = st.lists(st.integers(0, 600), min_size=7, max_size=7)


@given(weeks, spans, st.integers(0, 400))
def test_the_hours_of_weekdays_add_up_day_by_day(week: list[int], whole: Span, cut: int) -> None:
    assert workload.minutes_of_week(week, whole) == sum(
        week[(whole.start + timedelta(days=n)).weekday()] for n in range(whole.days)
    )
    if 0 < cut < whole.days:
        middle = whole.start + timedelta(days=cut)
        halves = (Span(whole.start, middle), Span(middle, whole.end))
        assert workload.minutes_of_week(week, whole) == sum(
            workload.minutes_of_week(week, half) for half in halves
        )
    assert workload.minutes_of_week(week, Span(whole.start, whole.start + timedelta(28))) == (
        4 * sum(week)
    )


@given(weeks, spans, st.lists(spans, max_size=4))
def test_time_off_takes_just_the_hours_of_its_weekdays(
    week: list[int], stretch: Span, away: list[Span]
) -> None:
    taken = workload.minutes_off_in_week(week, stretch, away)
    assert taken == workload.minutes_off_in_week(week, stretch, [*away, *away])
    assert 0 <= taken <= workload.minutes_of_week(week, stretch)
    assert workload.minutes_off_in_week(week, stretch, [stretch]) == (
        workload.minutes_of_week(week, stretch)
    )


def test_a_week_of_30_hours_is_130_hours_in_a_usual_month() -> None:
    assert workload.minutes_of_usual_month([360] * 5 + [0, 0]) == 7827  # 130.45 hours
    assert workload.minutes_of_usual_month([0] * 7) == 0
