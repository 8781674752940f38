"""Months keep their day, spans know their days, a local hour comes once a day (rules 1, 2, 4)."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import Span, add_months, local_day, local_instant, month_of, months_back

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(-600, 600)
ZONES = sorted(available_timezones())
HOURS = st.integers(0, 23)


def month_number(day: date) -> int:
    return day.year * 12 + day.month


# Spans


@given(DAYS, st.integers(1, 3000), st.integers(-10, 3010))
def test_a_span_contains_the_days_from_its_first_to_its_last_and_no_other(
    start: date, days: int, ahead: int
) -> None:
    span = Span(start, start + timedelta(days=days))
    assert span.days == days
    assert span.start in span and span.last in span and span.end not in span
    assert (start + timedelta(days=ahead) in span) == (0 <= ahead < days)


@given(DAYS, st.integers(-3000, 0))
def test_a_span_without_a_day_is_refused(start: date, days: int) -> None:
    with pytest.raises(ValueError, match="holds no day"):
        Span(start, start + timedelta(days=days))


# Months


@given(DAYS, MONTHS, st.none() | st.integers(1, 31))
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(
    day: date, months: int, anchor: int | None
) -> None:
    later = add_months(day, months, anchor)
    assert month_number(later) == month_number(day) + months
    assert later.day == min(anchor or day.day, calendar.monthrange(later.year, later.month)[1])


@given(DAYS, MONTHS, MONTHS, st.integers(1, 31))
def test_with_an_anchor_day_a_short_month_leaves_no_trace(
    day: date, first: int, second: int, anchor: int
) -> None:
    in_two_steps = add_months(add_months(day, first, anchor), second, anchor)
    assert in_two_steps == add_months(day, first + second, anchor)


@given(DAYS, st.integers(0, 24))
def test_the_last_months_are_given_by_their_first_days_in_order(day: date, count: int) -> None:
    months = months_back(day, count)
    assert [month_number(first) for first in months] == [
        month_number(day) - back for back in reversed(range(count))
    ]
    assert all(first == month_of(first) and first.day == 1 for first in months)


# Local time


@pytest.mark.parametrize(
    ("day", "hour", "zone", "instant"),
    [
        ("2027-01-31", 9, "Asia/Bangkok", "2027-01-31T02:00"),
        ("2027-01-31", 9, "Asia/Kathmandu", "2027-01-31T03:15"),
        ("2027-01-31", 9, "America/St_Johns", "2027-01-31T12:30"),
        ("2027-01-31", 9, "Pacific/Kiritimati", "2027-01-30T19:00"),
        # 2:00 is skipped: 3:00 is taken
        ("2027-03-28", 2, "Europe/Berlin", "2027-03-28T01:00"),
        # 2:00 comes twice: the first is taken
        ("2027-10-31", 2, "Europe/Berlin", "2027-10-31T00:00"),
        # midnight is skipped: 1:00 is taken
        ("2018-11-04", 0, "America/Sao_Paulo", "2018-11-04T03:00"),
        # the whole day is skipped: 9:00 of the next day is taken
        ("2011-12-30", 9, "Pacific/Apia", "2011-12-30T19:00"),
    ],
)
def test_the_hour_of_a_day_is_an_instant(day: str, hour: int, zone: str, instant: str) -> None:
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert local_instant(date.fromisoformat(day), hour, zone) == expected


@given(st.sampled_from(ZONES), DAYS, HOURS)
def test_local_clocks_never_show_less_than_the_requested_day_and_hour(
    zone: str, day: date, hour: int
) -> None:
    """They show exactly that, or something later where clocks were put forward past it."""
    instant = local_instant(day, hour, zone)
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    requested = datetime.combine(day, time(hour))
    assert instant.tzinfo == UTC
    assert requested <= shown <= requested + timedelta(days=1)
    assert local_day(instant, zone) == shown.date()


@given(st.sampled_from(ZONES), DAYS)
def test_the_mornings_of_a_year_come_in_order_and_once_each(zone: str, first: date) -> None:
    """A day that a time zone skipped (30 December 2011 in Samoa) has no morning."""
    days = [first + timedelta(days=later) for later in range(366)]
    mornings = [local_instant(day, 9, zone) for day in days]
    real = [
        morning
        for day, morning in zip(days, mornings, strict=True)
        if local_day(morning, zone) == day
    ]
    assert mornings == sorted(mornings)
    assert sorted(set(mornings)) == real
    assert len(real) >= 365


@given(st.sampled_from(ZONES), st.integers(0, 60 * 366 * 24 * 60))
def test_the_local_day_is_the_date_that_local_clocks_show(zone: str, minutes: int) -> None:
    instant = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert local_day(instant, zone) == instant.astimezone(ZoneInfo(zone)).date()
    assert abs(local_day(instant, zone) - instant.date()) <= timedelta(days=1)
