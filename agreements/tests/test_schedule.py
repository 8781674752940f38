"""Periods tile, are anchored, and sum to the whole, whatever the start (rules 1–3)."""

import itertools
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.schedule import MONTHS, Interval, period_at, periods
from core.dates import add_months

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
RECURRING = st.sampled_from(sorted(MONTHS))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2027, 1, 31), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        (date(2028, 1, 30), ["2028-01-30", "2028-02-29", "2028-03-30"]),
    ],
)
def test_the_31st_never_drifts(start: date, expected: list[str]) -> None:
    found = periods(start, start.day, Interval.MONTHLY, until=date.fromisoformat(expected[-1]))
    assert [span.start.isoformat() for span in found] == expected


def test_a_start_off_the_anchor_is_a_stub() -> None:
    first = next(periods(date(2027, 1, 15), 1, Interval.MONTHLY, until=date(2027, 1, 31)))
    assert (first.end, first.fraction) == (date(2027, 2, 1), Fraction(17, 31))


@given(DAYS, st.integers(1, 31), RECURRING, st.integers(0, 900))
def test_periods_tile_without_gap_or_overlap(start: date, anchor: int, interval: Interval, ahead: int) -> None:
    found = list(periods(start, anchor, interval, until=start + timedelta(days=ahead)))
    assert found[0].start == start
    for one, following in itertools.pairwise(found):
        assert one.end == following.start
    assert [span.index for span in found] == list(range(len(found)))
    assert all(span.start < span.end and 0 < span.fraction <= 1 for span in found)


@given(DAYS, st.integers(1, 31), RECURRING, st.integers(1, 900))
def test_every_boundary_is_on_the_anchor_or_the_months_last_day(
    start: date, anchor: int, interval: Interval, ahead: int
) -> None:
    for span in list(periods(start, anchor, interval, until=start + timedelta(days=ahead)))[1:]:
        assert span.start == add_months(span.start, 0, anchor)


@given(DAYS, RECURRING, st.integers(1, 900))
def test_an_end_cuts_the_last_one_and_nothing_follows(start: date, interval: Interval, days: int) -> None:
    end = start + timedelta(days=days)
    found = list(periods(start, start.day, interval, end=end, until=end + timedelta(days=400)))
    assert found[-1].end == end
    assert sum((span.end - span.start).days for span in found) == days


@given(DAYS, st.integers(1, 31), RECURRING, st.integers(0, 40))
def test_starting_later_gives_the_same_periods(start: date, anchor: int, interval: Interval, first: int) -> None:
    until = start + timedelta(days=1500)
    whole = list(periods(start, anchor, interval, until=until))
    assert list(periods(start, anchor, interval, until=until, first=first)) == whole[first:]


def test_once_is_one_period() -> None:
    found = list(periods(date(2027, 1, 5), 5, Interval.ONCE, end=date(2027, 2, 2), until=date(2030, 1, 1)))
    assert [(span.start, span.end) for span in found] == [(date(2027, 1, 5), date(2027, 2, 2))]


def test_a_day_belongs_to_one_period_or_none() -> None:
    span = period_at(date(2027, 1, 31), 31, Interval.MONTHLY, date(2027, 3, 30))
    assert span and (span.start, span.end) == (date(2027, 2, 28), date(2027, 3, 31))
    assert period_at(date(2027, 1, 31), 31, Interval.MONTHLY, date(2027, 1, 30)) is None
