"""Periods have no gaps or overlaps, start on the anchor day, and add up exactly (rules 1 to 3)."""

import calendar
import itertools
from datetime import date, timedelta
from fractions import Fraction
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.rules.intervals import Interval
from agreements.rules.schedule import PeriodSpan, index_before, periods
from core.dates import add_months

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
ANCHORS = st.integers(1, 31)
MONTHS = {Interval.MONTHLY: 1, Interval.QUARTERLY: 3, Interval.YEARLY: 12}
BY_MONTH = st.sampled_from(sorted(MONTHS))
RECURRING = st.sampled_from([interval for interval in Interval if interval != Interval.ONCE])
LIVES = st.integers(1, 3000)  # in days
FOREVER = date(9000, 1, 1)


def on_anchor(day: date, anchor: int) -> bool:
    """Whether a day is the anchor day, or the last day of a month that has no such day.

    Computed from the calendar alone, independently of the code under test.
    """
    return day.day == min(anchor, calendar.monthrange(day.year, day.month)[1])


def boundary(day: date, anchor: int, months: int) -> date:
    """The anchor day of the month that is `months` after the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(anchor, calendar.monthrange(year, month + 1)[1]))


def life(start: date, anchor: int, interval: Interval, days: int) -> list[PeriodSpan]:
    """The periods of an agreement that ends after `days` days."""
    return list(periods(start, anchor, interval, end=start + timedelta(days=days), until=FOREVER))


# Worked examples


@pytest.mark.parametrize(
    ("start", "anchor", "interval", "expected"),
    [
        ("2027-01-31", 31, "monthly", "2027-02-28 2027-03-31 2027-04-30 2027-05-31"),
        ("2028-01-30", 30, "monthly", "2028-02-29 2028-03-30"),
        ("2027-01-30", 30, "monthly", "2027-02-28 2027-03-30"),
        ("2027-01-29", 29, "monthly", "2027-02-28 2027-03-29"),
        ("2027-02-28", 31, "monthly", "2027-03-31 2027-04-30"),
        ("2028-02-28", 31, "monthly", "2028-02-29 2028-03-31"),
        ("2027-01-15", 1, "monthly", "2027-02-01 2027-03-01"),
        ("2027-01-15", 15, "monthly", "2027-02-15 2027-03-15"),
        ("2027-01-15", 20, "monthly", "2027-01-20 2027-02-20"),
        ("2027-12-31", 31, "monthly", "2028-01-31 2028-02-29 2028-03-31"),
        ("2100-01-31", 31, "monthly", "2100-02-28 2100-03-31"),
        ("2027-11-30", 30, "quarterly", "2028-02-29 2028-05-30 2028-08-30"),
        ("2027-01-15", 1, "quarterly", "2027-04-01 2027-07-01"),
        ("2028-02-29", 29, "yearly", "2029-02-28 2030-02-28 2031-02-28 2032-02-29"),
        ("2027-01-15", 1, "yearly", "2028-01-01 2029-01-01"),
    ],
)
def test_the_worked_examples_hold(
    start: str, anchor: int, interval: Interval, expected: str
) -> None:
    days = [start, *expected.split()]
    spans = list(
        periods(
            date.fromisoformat(start),
            anchor,
            Interval(interval),
            until=date.fromisoformat(days[-1]),
        )
    )
    assert [span.start.isoformat() for span in spans] == days
    assert [span.end.isoformat() for span in spans[:-1]] == days[1:]


@pytest.mark.parametrize(
    ("start", "anchor", "end", "fractions"),
    [
        ("2027-01-15", 1, None, ["17/31", "1"]),
        ("2027-01-01", 1, "2027-02-11", ["1", "10/28"]),
        ("2028-01-01", 1, "2028-02-11", ["1", "10/29"]),
        ("2027-01-10", 1, "2027-01-20", ["10/31"]),
        ("2027-01-31", 31, "2027-03-01", ["1", "1/31"]),
        ("2027-01-31", 1, "2027-02-02", ["1/31", "1/28"]),
        ("2027-01-01", 1, "2027-03-01", ["1", "1"]),
    ],
)
def test_the_fraction_of_a_short_period_is_its_days_over_the_days_of_its_cycle(
    start: str, anchor: int, end: str | None, fractions: list[str]
) -> None:
    last = date.fromisoformat(end) if end else None
    spans = periods(date.fromisoformat(start), anchor, Interval.MONTHLY, end=last, until=FOREVER)
    assert [span.fraction for span in itertools.islice(spans, 2)] == [
        Fraction(part) for part in fractions
    ]


# Rule 1: no gaps and no overlaps


@given(DAYS, ANCHORS, RECURRING, LIVES)
def test_every_day_of_an_agreement_is_in_exactly_one_period(
    start: date, anchor: int, interval: Interval, days: int
) -> None:
    spans = life(start, anchor, interval, days)
    assert spans[0].start == start
    assert spans[-1].end == start + timedelta(days=days)
    assert all(span.end == next_span.start for span, next_span in itertools.pairwise(spans))
    assert [span.index for span in spans] == list(range(len(spans)))
    assert sum(span.days for span in spans) == days


@given(DAYS, ANCHORS, RECURRING, LIVES)
def test_an_end_only_cuts_off_the_last_period(
    start: date, anchor: int, interval: Interval, days: int
) -> None:
    endless = list(periods(start, anchor, interval, until=start + timedelta(days=days - 1)))
    cut = life(start, anchor, interval, days)
    assert endless[:-1] == cut[:-1]
    assert (endless[-1].start, endless[-1].index) == (cut[-1].start, cut[-1].index)
    assert endless[-1].end >= cut[-1].end


@given(DAYS, ANCHORS, RECURRING, st.integers(-400, 0), DAYS)
def test_an_agreement_that_ends_before_it_starts_has_no_period(
    start: date, anchor: int, interval: Interval, days: int, until: date
) -> None:
    end = start + timedelta(days=days)
    assert not list(periods(start, anchor, interval, end=end, until=until))
    assert not list(periods(start, anchor, Interval.ONCE, end=end, until=until))


@given(DAYS, ANCHORS, st.sampled_from(list(Interval)), st.integers(-400, 3000))
def test_a_period_exists_from_its_first_day_on(
    start: date, anchor: int, interval: Interval, ahead: int
) -> None:
    until = start + timedelta(days=ahead)
    spans = list(periods(start, anchor, interval, until=until))
    assert bool(spans) == (ahead >= 0)
    assert all(span.start <= until for span in spans)
    assert not spans or spans[-1].end > until or interval == Interval.ONCE


# Rule 2: the anchor day


@given(DAYS, ANCHORS, BY_MONTH, LIVES)
def test_every_period_starts_on_the_anchor_day_a_full_cycle_after_the_one_before(
    start: date, anchor: int, interval: Interval, days: int
) -> None:
    inner = [span.start for span in life(start, anchor, interval, days)][1:]
    assert all(on_anchor(day, anchor) for day in inner)
    for day, next_day in itertools.pairwise(inner):
        assert next_day == boundary(day, anchor, MONTHS[interval])


@given(DAYS, ANCHORS, LIVES)
def test_a_period_starts_on_every_anchor_day(start: date, anchor: int, days: int) -> None:
    inner = [span.start for span in life(start, anchor, Interval.MONTHLY, days)][1:]
    between = (start + timedelta(days=later) for later in range(1, days))
    assert inner == [day for day in between if on_anchor(day, anchor)]


@given(DAYS, ANCHORS, RECURRING, st.integers(0, 40))
def test_a_later_first_number_gives_the_same_periods(
    start: date, anchor: int, interval: Interval, first: int
) -> None:
    until = start + timedelta(days=1500)
    whole = list(periods(start, anchor, interval, until=until))
    assert list(periods(start, anchor, interval, until=until, first=first)) == whole[first:]


# Rule 7: exact fractions


@given(DAYS, ANCHORS, BY_MONTH, LIVES)
def test_only_the_first_and_the_last_period_can_be_short(
    start: date, anchor: int, interval: Interval, days: int
) -> None:
    spans = life(start, anchor, interval, days)
    assert all(0 < span.fraction <= 1 for span in spans)
    assert all(span.fraction == 1 for span in spans[1:-1])
    if len(spans) > 1:
        assert (spans[0].fraction == 1) == on_anchor(start, anchor)
        assert (spans[-1].fraction == 1) == (
            spans[-1].end == boundary(spans[-1].start, anchor, MONTHS[interval])
        )


@given(DAYS, ANCHORS, BY_MONTH)
def test_a_short_first_period_and_the_days_before_it_make_one_cycle(
    start: date, anchor: int, interval: Interval
) -> None:
    stub = next(periods(start, anchor, interval, until=start))
    begin = boundary(stub.end, anchor, -MONTHS[interval])
    assert begin <= start < stub.end
    assert stub.fraction + Fraction((start - begin).days, (stub.end - begin).days) == 1


@given(DAYS, ANCHORS, BY_MONTH, LIVES)
def test_a_short_last_period_and_the_days_after_it_make_one_cycle(
    start: date, anchor: int, interval: Interval, days: int
) -> None:
    *_, stub = life(start, anchor, interval, days)
    *_, whole = periods(start, anchor, interval, until=stub.start)
    begin = boundary(whole.end, anchor, -MONTHS[interval])
    outside = (stub.start - begin) + (whole.end - stub.end)
    assert stub.fraction + Fraction(outside.days, (whole.end - begin).days) == 1


# Rule 3: one-time agreements


@given(DAYS, ANCHORS, st.none() | st.integers(1, 3000), st.integers(0, 3000), st.integers(0, 3))
def test_a_one_time_agreement_is_one_whole_period_of_any_length(
    start: date, anchor: int, days: int | None, ahead: int, first: int
) -> None:
    end = start + timedelta(days=days) if days else None
    spans = list(
        periods(
            start, anchor, Interval.ONCE, end=end, until=start + timedelta(days=ahead), first=first
        )
    )
    assert spans == (
        [] if first else [PeriodSpan(start, end or add_months(start, 1), 0, Fraction(1))]
    )


# The period of a day


@given(DAYS, ANCHORS, RECURRING, st.integers(0, 36_500))
def test_the_search_for_a_period_begins_at_most_two_periods_early(
    start: date, anchor: int, interval: Interval, ahead: int
) -> None:
    day = start + timedelta(days=ahead)
    *_, last = periods(start, anchor, interval, until=day)
    assert last.index - 2 <= index_before(start, interval, day) <= last.index


def test_the_period_of_a_day_a_century_away_is_found_fast() -> None:
    start, far = date(2000, 1, 31), date(2100, 2, 28)
    *_, last = periods(start, 31, Interval.MONTHLY, until=far)
    assert (last.index, last.start) == (1201, far)
    began = process_time()
    for later in range(1000):
        day = far + timedelta(days=later % 31)
        first = index_before(start, Interval.MONTHLY, day)
        *_, last_found = periods(start, 31, Interval.MONTHLY, until=day, first=first)
        assert last_found == last
    assert process_time() - began < 2  # computing every period since the start takes ten seconds
