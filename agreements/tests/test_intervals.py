"""Every interval has a meaning and words; a fee is the same monthly income at every interval."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import interval_words
from agreements.models.proposal import INTERVALS, usual_kind
from agreements.rules.intervals import MEANINGS, Interval, boundary, per_month, per_year

FEES = st.integers(1, 10**12)
RECURRING = [interval for interval in Interval if interval != Interval.ONCE]


def test_every_interval_has_one_meaning() -> None:
    assert set(MEANINGS) == set(Interval)
    for interval in RECURRING:
        assert bool(MEANINGS[interval].months) != bool(MEANINGS[interval].days)
        assert per_year(interval) > 0
    assert per_year(Interval.ONCE) == 0


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("interval", Interval)
def test_every_interval_has_its_own_words(interval: Interval, language: str) -> None:
    said: list[Callable[[Interval], object]] = [
        interval_words.label,
        interval_words.rhythm,
        interval_words.fee,
        interval_words.after_price,
        interval_words.after_hours,
        interval_words.period,
    ]
    with translation.override(language):
        for words in said:
            everywhere = [str(words(each)) for each in Interval]
            assert str(words(interval)) and everywhere.count(str(words(interval))) == 1
    assert usual_kind(interval)
    assert [value for value, _ in INTERVALS].count(interval.value) == 1


@pytest.mark.parametrize(
    ("amount", "interval", "expected"),
    [
        (3_000_00, Interval.MONTHLY, 3_000_00),
        (10_000_00, Interval.QUARTERLY, 3_333_33),
        (10_000_01, Interval.YEARLY, 833_33),
        (18, Interval.YEARLY, 2),  # 1.5, half up
        (3_000_00, Interval.ONCE, 0),
    ],
)
def test_a_month_s_part_of_a_fee_is_rounded_once(
    amount: int, interval: Interval, expected: int
) -> None:
    assert per_month(amount, interval) == expected


@given(FEES, st.sampled_from(RECURRING))
def test_twelve_months_bring_what_the_periods_of_a_year_cost(
    amount: int, interval: Interval
) -> None:
    # Each month is rounded by at most half a unit.
    assert abs(12 * per_month(amount, interval) - per_year(interval) * amount) <= 6


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(RECURRING))
def test_the_periods_of_a_year_are_a_year(start: date, interval: Interval) -> None:
    days = (boundary(start, start.day, interval, per_year(interval)) - start).days
    assert 364 <= days <= 366
