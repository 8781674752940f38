"""When a deliverable is late or behind, whether a request fits, and when its answer is due."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.progress import Standing, expected, is_behind, is_late, promise, standing
from delivery.rules.request_fit import Fit, request_fit
from delivery.rules.response_time import Response, remind_at, respond_by, response_status
from delivery.rules.states import DeliverableState as S

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
FIRST, END = date(2026, 11, 1), date(2026, 12, 1)
days = st.integers(-40, 80).map(lambda n: FIRST + timedelta(days=n))
counts = st.integers(1, 500)


def of(promised: int, done: int, due_on: date | None = None) -> object:
    return promise(promised, done, FIRST, END, due_on)


@pytest.mark.parametrize(
    ("done", "today", "state", "word"),
    [
        (0, date(2026, 11, 1), S.OPEN, Standing.OPEN),
        (2, date(2026, 11, 5), S.OPEN, Standing.OPEN),
        (1, date(2026, 11, 5), S.OPEN, Standing.BEHIND),
        (10, date(2026, 11, 16), S.OPEN, Standing.OPEN),
        (9, date(2026, 11, 16), S.OPEN, Standing.BEHIND),
        (19, date(2026, 11, 30), S.OPEN, Standing.OPEN),
        (19, date(2026, 12, 1), S.OPEN, Standing.LATE),
        (21, date(2026, 12, 1), S.OPEN, Standing.DONE),
        (3, date(2027, 1, 1), S.WAIVED, Standing.WAIVED),
        (3, date(2027, 1, 1), S.CARRIED, Standing.CARRIED),
    ],
)
def test_the_standing_of_twenty_posts_through_november(
    done: int, today: date, state: S, word: Standing
) -> None:
    assert standing(of(20, done), state, today) == word


def test_work_with_a_due_day_is_late_the_day_after() -> None:
    due = date(2026, 11, 10)
    assert not is_late(of(1, 0, due), due)
    assert is_late(of(1, 0, due), due + timedelta(days=1))


@given(counts, counts, days)
def test_more_is_expected_every_day_and_never_more_than_was_promised(
    promised: int, done: int, today: date
) -> None:
    one = of(promised, done)
    assert 0 <= expected(one, today) <= expected(one, today + timedelta(days=1)) <= promised
    assert expected(one, FIRST) == 0 and expected(one, END) == promised


@given(counts, st.integers(0, 600), days)
def test_behind_means_a_smaller_share_done_than_time_passed(
    promised: int, done: int, today: date
) -> None:
    one, passed = of(promised, done), min(max((today - FIRST).days, 0), 30)
    if is_behind(one, today):
        assert done * 30 < promised * passed
    else:
        assert (done + 1) * 30 > promised * passed, "at most the piece that is being worked on"
    if done >= promised:
        assert not is_behind(one, today) and not is_late(one, today)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"runs": False, "left": 600}, Fit.WORD),
        ({"left": 90, "estimate": 90}, Fit.HOURS),
        ({"left": 90, "estimate": 91}, Fit.WORD),
        ({"left": 1}, Fit.HOURS),
        ({"left": 0}, Fit.WORD),
        ({"left": -30}, Fit.WORD),
        ({"has_hours": False, "something_open": True}, Fit.SCOPE),
        ({"has_hours": False, "something_open": True, "estimate": 999}, Fit.SCOPE),
        ({"has_hours": False}, Fit.WORD),
    ],
)
def test_whether_a_request_fits(facts: dict[str, object], word: Fit) -> None:
    usual = {"runs": True, "has_hours": True, "left": 0, "estimate": None, "something_open": False}
    assert request_fit(**(usual | facts)) == word


@given(st.integers(-999, 999), st.integers(0, 999), st.integers(0, 999))
def test_a_smaller_request_never_fits_worse(left: int, estimate: int, more: int) -> None:
    usual = {"runs": True, "has_hours": True, "left": left, "something_open": False}
    if request_fit(estimate=estimate + more, **usual) == Fit.HOURS:
        assert request_fit(estimate=estimate, **usual) == Fit.HOURS


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        ("2026-11-04T17:00", 24, "2026-11-05T17:00"),  # Wednesday
        ("2026-11-06T17:00", 24, "2026-11-09T17:00"),  # Friday evening: the weekend stands still
        ("2026-11-07T11:00", 8, "2026-11-09T08:00"),  # Saturday counts from Monday
        ("2026-11-06T10:00", 120, "2026-11-13T10:00"),  # a working week
        ("2026-11-06T00:00", 24, "2026-11-07T00:00"),  # to the very end of Friday
    ],
)
def test_working_hours_stop_at_weekends_in_the_providers_time_zone(
    asked: str, hours: int, due: str
) -> None:
    zone = ZoneInfo("Asia/Bangkok")
    at, then = (datetime.fromisoformat(said).replace(tzinfo=zone) for said in (asked, due))
    assert respond_by(at, hours, "Asia/Bangkok") == then


@given(
    st.integers(0, 3650 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes)),
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Bangkok"]),
)
def test_a_longer_response_time_ends_later_and_never_on_a_weekend(
    asked: datetime, hours: int, more: int, zone: str
) -> None:
    due = respond_by(asked, hours, zone)
    assert asked + timedelta(hours=hours) <= due < respond_by(asked, hours + more, zone)
    assert (due - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).weekday() < 5
    assert respond_by(asked, None, zone) == respond_by(asked, 24, zone)


def test_working_hours_stop_on_the_holidays_that_are_left_out() -> None:
    zone = ZoneInfo("Asia/Bangkok")
    friday = datetime(2026, 12, 4, 17, tzinfo=zone)
    monday, tuesday = date(2026, 12, 7), date(2026, 12, 8)
    assert respond_by(friday, 24, "Asia/Bangkok") == datetime(2026, 12, 7, 17, tzinfo=zone)
    assert respond_by(friday, 24, "Asia/Bangkok", {monday}) == datetime(
        2026, 12, 8, 17, tzinfo=zone
    )
    asked = datetime(2026, 12, 7, 9, tzinfo=zone)
    assert respond_by(asked, 8, "Asia/Bangkok", {monday, tuesday}) == datetime(
        2026, 12, 9, 8, tzinfo=zone
    )


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes)),
    st.integers(1, 200),
    st.sets(st.integers(0, 400), max_size=12),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Bangkok"]),
)
def test_a_holiday_never_makes_an_answer_due_earlier_nor_on_that_day(
    asked: datetime, hours: int, numbers: set[int], zone: str
) -> None:
    holidays = {EPOCH.date() + timedelta(days=n) for n in numbers}
    due = respond_by(asked, hours, zone, holidays)
    assert due >= respond_by(asked, hours, zone)
    last = (due - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
    assert last.weekday() < 5 and last not in holidays
    assert respond_by(asked, hours, zone, set()) == respond_by(asked, hours, zone)


def test_the_first_answer_is_waiting_then_due_soon_then_overdue() -> None:
    asked = datetime.fromisoformat("2026-11-04T17:00:00+07:00")
    due = respond_by(asked, 10, "Asia/Bangkok")
    assert due == asked + timedelta(hours=10) and remind_at(asked, due) == asked + timedelta(
        hours=8
    )
    words = [response_status(asked, due, None, asked + timedelta(hours=n)) for n in (7, 8, 10, 11)]
    assert words == [Response.WAITING, Response.SOON, Response.SOON, Response.OVERDUE]
    assert response_status(asked, due, due, due) == Response.KEPT
    assert response_status(asked, due, due + timedelta(seconds=1), due) == Response.BROKEN
