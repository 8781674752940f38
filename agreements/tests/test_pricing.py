"""Pricing figures are exact to the minor unit and never suggest giving money away."""

from hypothesis import given
from hypothesis import strategies as st

from agreements.rules import pricing
from agreements.rules.pricing import Aims, TierFigures

fees = st.integers(1, 10**10)
times = st.integers(1, 60 * 300)
LADDER = [
    TierFigures("Essential", 3_000_00, 20 * 60),
    TierFigures("Growth", 5_000_00, 32 * 60),
    TierFigures("Partner", 10_000_00, 60 * 60),
]


def test_three_clients_at_3000_a_month_exceed_100000_a_year() -> None:
    row = pricing.pricing_table(LADDER, Aims(goal=100_000_00))[0]
    assert (row.clients, row.brings) == (3, 108_000_00)


@given(st.integers(1, 10**12), fees, st.sampled_from([1, 4, 12]))
def test_the_number_of_clients_reaches_the_goal_and_one_less_does_not(
    goal: int, fee: int, periods: int
) -> None:
    count = pricing.clients_needed(goal, fee, periods)
    assert (count - 1) * fee * periods < goal <= count * fee * periods


@given(fees, times)
def test_an_hourly_rate_is_rounded_once(fee: int, minutes: int) -> None:
    rate = pricing.hourly_rate(fee, minutes)
    assert rate is not None and abs(2 * (rate * minutes - fee * 60)) <= minutes


def test_a_rate_that_only_rounding_lifts_to_the_floor_is_below_it() -> None:
    assert pricing.hourly_rate(2_999_99, 1200) == 150_00
    assert pricing.is_below_floor(2_999_99, 1200, 150_00) and not pricing.is_below_floor(
        3_000_00, 1200, 150_00
    )


@given(fees, times, times)
def test_a_value_add_never_leaves_a_lower_rate_than_the_equal_price_cut(
    fee: int, minutes: int, more: int
) -> None:
    cut, cut_rate = pricing.price_cut(fee, minutes, more)
    with_added = pricing.hourly_rate(fee, minutes + more)
    assert with_added is not None and with_added >= cut_rate >= 0
    assert 0 <= cut <= fee


def test_two_added_hours_are_compared_with_a_price_cut_of_300() -> None:
    row = pricing.pricing_table(LADDER, Aims(floor=136_50), added=120)[0]
    assert not row.is_under
    assert row.added == pricing.Added(rate=136_36, is_under=True, cut=300_00, cut_rate=135_00)


def test_price_steps_have_an_amount_a_percentage_and_a_hint_where_unusual() -> None:
    assert [row.step for row in pricing.pricing_table(LADDER, Aims())][1:] == [
        pricing.Step(2_000_00, 67, ""),
        pricing.Step(5_000_00, 100, ""),
    ]
    hints = {
        amount: pricing.price_step(1_000, amount).hint
        for amount in (999, 1_000, 1_299, 1_300, 3_000, 3_001)
    }
    assert hints == {
        999: "down",
        1_000: "down",
        1_299: "small",
        1_300: "",
        3_000: "",
        3_001: "large",
    }


def test_a_one_time_tier_without_hours_has_no_rate_and_no_yearly_figures() -> None:
    row = pricing.pricing_table(
        [TierFigures("Once", 100, 0)], Aims(floor=50, goal=1_000, periods=0), added=60
    )[0]
    assert (row.rate, row.clients, row.added, row.is_under) == (None, None, None, False)
