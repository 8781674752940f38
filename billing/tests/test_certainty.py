"""Income is divided by what a contract owes, and a movement of a month explains its income."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.rules.certainty import (
    HORIZON,
    Certainty,
    certainty_of,
    closing_rate,
    covered_until,
    movement,
)
from core.dates import add_months

DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
SUMS = st.integers(0, 10**9)
FEES = st.dictionaries(st.integers(0, 8), st.integers(1, 10**6))


@given(DAYS, DAYS, st.none() | DAYS, st.booleans())
def test_a_fee_is_owed_exactly_before_the_agreement_can_end(
    starts_on: date, owed_until: date, renews_on: date | None, can_pay: bool
) -> None:
    found = certainty_of(starts_on, owed_until=owed_until, renews_on=renews_on, can_pay=can_pay)
    assert (found == Certainty.OWED) == (starts_on < owed_until)
    if not can_pay:
        assert found != Certainty.RECURRING


@given(SUMS, SUMS, st.integers(1, 10**7), DAYS)
def test_more_money_never_covers_less_time(less: int, more: int, costs: int, today: date) -> None:
    less, more = sorted((less, more))
    first, second = covered_until(less, costs, today), covered_until(more, costs, today)
    assert first is None or (second is not None and first <= second)
    assert second is None or today <= second < add_months(today, HORIZON)


@given(st.integers(1, 11), st.integers(1, 10**7), DAYS)
def test_as_many_months_are_covered_as_their_costs_were_owed(
    months: int, costs: int, today: date
) -> None:
    expected = add_months(today, months) - timedelta(days=1)
    assert covered_until(months * costs, costs, today) == expected


def test_half_a_month_is_covered_by_the_days_of_that_month() -> None:
    # February 2027 has 28 days: half of the costs cover 14 of them.
    assert covered_until(500, 1000, date(2027, 2, 1)) == date(2027, 2, 14)
    assert covered_until(0, 1000, date(2027, 2, 1)) is None
    assert covered_until(500, 0, date(2027, 2, 1)) is None


def test_what_is_paused_is_not_lost() -> None:
    month = date(2026, 11, 1)
    paused = movement(month, {"a": 100}, {}, frozenset({"a"}))
    lost = movement(month, {"a": 100}, {}, frozenset({"b"}))
    assert (paused.paused, paused.lost) == (-100, 0)
    assert (lost.paused, lost.lost) == (0, -100)


@given(FEES, FEES, st.frozensets(st.integers(0, 8)))
def test_what_a_month_begins_with_and_its_changes_are_what_it_ends_with(
    before: dict[object, int], after: dict[object, int], paused: frozenset[object]
) -> None:
    found = movement(date(2026, 11, 1), before, after, paused)
    assert (found.began, found.ended) == (sum(before.values()), sum(after.values()))
    assert min(found.new, found.up) >= 0 >= max(found.down, found.paused, found.lost)


def test_a_closing_rate_needs_ten_answers() -> None:
    assert closing_rate(4, 9) is None
    assert closing_rate(4, 10) == Fraction(2, 5)
