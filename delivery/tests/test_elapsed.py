"""The time of a timer in whole minutes that add up, over midnight and daylight saving changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import local_day
from delivery.rules.duration import format_minutes, parse_minutes
from delivery.rules.elapsed import by_day, minutes_of

ZONES = st.sampled_from(sorted(available_timezones()))
STARTS = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LONG = st.integers(1, 5 * 24 * 60)


@given(STARTS, LONG, ZONES)
def test_the_parts_add_up_to_the_whole_and_each_day_comes_once_in_order(
    start: datetime, long: int, zone: str
) -> None:
    parts = by_day(start, long, zone)
    days = [day for day, _minutes in parts]
    assert sum(minutes for _day, minutes in parts) == long
    assert all(minutes > 0 for _day, minutes in parts)
    assert days == sorted(set(days))


@given(STARTS, LONG, ZONES)
def test_each_part_matches_the_time_that_fell_on_its_day(
    start: datetime, long: int, zone: str
) -> None:
    end = start + timedelta(minutes=long)
    for day, minutes in by_day(start, long, zone):
        began = max(start, midnight(day, zone))
        ended = min(end, midnight(day + timedelta(days=1), zone))
        assert abs((ended - began) - timedelta(minutes=minutes)) <= timedelta(minutes=1)
        assert local_day(start, zone) <= day <= local_day(end, zone)


def midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "long", "zone", "parts"),
    [
        ("2026-11-26T15:30+00:00", 135, "Asia/Bangkok", [(26, 90), (27, 45)]),
        ("2026-11-26T16:59:31+00:00", 1, "Asia/Bangkok", [(27, 1)]),
        (
            "2026-10-24T21:30+00:00",
            26 * 60,
            "Europe/Berlin",
            [(24, 30), (25, 25 * 60), (26, 30)],
        ),  # set back
        (
            "2026-03-28T22:30+00:00",
            24 * 60,
            "Europe/Berlin",
            [(28, 30), (29, 23 * 60), (30, 30)],
        ),  # put forward
    ],
)
def test_the_worked_examples_hold(
    start: str, long: int, zone: str, parts: list[tuple[int, int]]
) -> None:
    assert [
        (day.day, minutes) for day, minutes in by_day(datetime.fromisoformat(start), long, zone)
    ] == parts


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 1), (1, 1), (89, 1), (90, 2), (3600, 60), (3629, 60)]
)
def test_half_a_minute_is_rounded_up_and_zero_counts_as_one(seconds: int, minutes: int) -> None:
    start = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    end = (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(start.tzinfo)
    assert minutes_of(start, end) == minutes


@given(st.integers(1, 999 * 60 + 59))
def test_a_formatted_duration_is_read_back_unchanged(minutes: int) -> None:
    assert parse_minutes(format_minutes(minutes)) == minutes
    if minutes < 10_000:
        assert parse_minutes(f"{minutes}m") == minutes
