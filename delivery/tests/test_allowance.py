"""The hours ledger: no minute is invented or lost, and the worked example holds (rules 25, 26)."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.rules.terms import Rollover
from delivery.rules.allowance import Flow, PeriodStatement, Policy, statement

H = 60
FLOWS = st.builds(
    Flow,
    st.integers(0, 6000),
    st.integers(0, 9000),
    st.integers(-600, 600),
    st.integers(0, 3000),
    st.just(False),
) | st.builds(Flow, st.just(0), st.integers(0, 300), paused=st.just(True))
PERIODS = st.lists(FLOWS, min_size=1, max_size=24)
POLICIES = st.builds(
    Policy, st.sampled_from(list(Rollover)), st.integers(0, 100), st.integers(0, 4)
)


def ledger(granted: list[int], used: list[int], policy: Policy) -> list[PeriodStatement]:
    """The statements of periods without adjustments, approved overage or pauses."""
    return statement([Flow(*one) for one in zip(granted, used, strict=True)], policy)


# Worked examples


def test_the_worked_example_holds() -> None:
    found = ledger([40 * H] * 3, [30 * H, 45 * H, 0], Policy(Rollover.SURPLUS, 25, 1))
    assert found[0].rolled_out == 10 * H
    assert (found[1].rolled_in, found[1].rolled_out) == (10 * H, 5 * H)
    assert found[2].available == 45 * H


@pytest.mark.parametrize(
    ("policy", "used", "available"),
    [
        (Policy(Rollover.SURPLUS, 25, 1), [30, 0, 0, 0], [40, 50, 50, 50]),  # ten at most go on
        (
            Policy(Rollover.SURPLUS, 25, 1),
            [38, 41, 40, 0],
            [40, 42, 41, 41],
        ),  # the oldest is used first
        (Policy(Rollover.SURPLUS, 100, 1), [0, 0, 0, 0], [40, 80, 80, 80]),
        (Policy(Rollover.SURPLUS, 0, 1), [0, 0, 0, 0], [40, 40, 40, 40]),
        (
            Policy(Rollover.SURPLUS, 25, 0),
            [30, 30, 30, 0],
            [40, 40, 40, 40],
        ),  # it expires with its period
        (Policy(Rollover.SURPLUS, 25, 1), [50, 45, 40, 0], [40, 40, 40, 40]),
        (Policy(Rollover.BOTH, 25, 1), [50, 45, 20, 0], [40, 30, 25, 45]),
        (
            Policy(Rollover.BOTH, 25, 1),
            [140, 0, 0, 0],
            [40, -60, -20, 20],
        ),  # a deficit is worked off, not floored
        (Policy(Rollover.NONE, 25, 1), [30, 50, 0, 0], [40, 40, 40, 40]),
    ],
)
def test_what_each_period_begins_with(
    policy: Policy, used: list[int], available: list[int]
) -> None:
    found = ledger([40 * H] * 4, [hours * H for hours in used], policy)
    assert [line.available for line in found] == [hours * H for hours in available]


def test_the_cap_is_a_share_of_the_periods_own_grant() -> None:
    found = ledger([40 * H, 20 * H, 0, 40 * H], [0, 0, 0, 0], Policy(Rollover.SURPLUS, 25, 1))
    assert [line.rolled_out for line in found] == [10 * H, 5 * H, 0, 10 * H]


def test_a_pause_keeps_the_saved_hours() -> None:
    flows = [
        Flow(40 * H, 30 * H),
        Flow(0, paused=True),
        Flow(0, paused=True),
        Flow(40 * H),
        Flow(40 * H),
    ]
    found = statement(flows, Policy(Rollover.SURPLUS, 25, 1))
    assert [line.rolled_in // H for line in found] == [0, 10, 10, 10, 10]
    assert [line.expired // H for line in found] == [0, 0, 0, 40, 40]


def test_an_adjustment_counts_in_its_period_with_either_sign() -> None:
    more, less = statement([Flow(40 * H, 38 * H, 5 * H), Flow(40 * H, 0, -2 * H)], Policy())
    assert (more.remaining, less.remaining) == (7 * H, 38 * H)
    (under,) = statement([Flow(H, 0, -2 * H)], Policy(Rollover.BOTH))
    assert (under.remaining, under.deficit_out) == (-H, H)


def test_approved_overage_is_not_a_deficit() -> None:
    first, second = statement(
        [Flow(40 * H, 45 * H, approved=3 * H), Flow(40 * H)], Policy(Rollover.BOTH)
    )
    assert (first.remaining, first.approved, first.beyond) == (-5 * H, 3 * H, 2 * H)
    assert second.available == 38 * H


def test_the_cap_keeps_the_minutes_that_expire_last() -> None:
    found = statement(
        [Flow(780, 0, 0), Flow(8, 155, 64), Flow(7, 0, -7), Flow(0)],
        Policy(Rollover.SURPLUS, 20, 2),
    )
    assert [line.rolled_in for line in found] == [0, 156, 1, 1], (
        "the one minute that goes on is the second period's"
    )


# Whatever the policy


@given(PERIODS, POLICIES)
def test_every_minute_left_expires_or_rolls_over(flows: list[Flow], policy: Policy) -> None:
    found = statement(flows, policy)
    for flow, line in zip(flows, found, strict=True):
        assert line.expired + line.rolled_out == max(0, line.remaining)
        assert line.expired >= 0 and line.rolled_out >= 0
        assert flow.paused or line.rolled_out <= line.granted * policy.cap_percent // 100
    for one, following in itertools.pairwise(found):
        assert (following.rolled_in, following.deficit_in) == (one.rolled_out, one.deficit_out)


@given(PERIODS, POLICIES)
def test_every_granted_minute_is_used_expired_billed_or_left(
    flows: list[Flow], policy: Policy
) -> None:
    found = statement(flows, policy)
    came = sum(flow.granted + flow.adjusted for flow in flows)
    went = (
        sum(flow.used for flow in flows)
        + sum(line.expired for line in found)
        + found[-1].rolled_out
    )
    owed = found[-1].deficit_out + sum(line.approved for line in found)
    if policy.rollover == Rollover.BOTH:
        assert came == went - owed
    else:  # what nobody approved is a gift, and is not taken from the next period
        assert came == went - owed - sum(line.beyond for line in found)


@given(PERIODS, POLICIES, st.integers(0, 24))
def test_later_periods_do_not_change_an_earlier_statement(
    flows: list[Flow], policy: Policy, count: int
) -> None:
    assert statement(flows[:count], policy) == statement(flows, policy)[:count]


@given(PERIODS, POLICIES)
def test_a_higher_cap_or_a_later_expiry_takes_nothing_away(
    flows: list[Flow], policy: Policy
) -> None:
    plain = [line.available for line in statement(flows, policy)]
    for kinder in (
        replace(policy, cap_percent=min(100, policy.cap_percent + 5)),
        replace(policy, expiry_periods=policy.expiry_periods + 1),
    ):
        more = [line.available for line in statement(flows, kinder)]
        assert all(one <= other for one, other in zip(plain, more, strict=True))


@given(PERIODS)
def test_a_deficit_is_never_forgiven(flows: list[Flow]) -> None:
    for one, following in itertools.pairwise(statement(flows, Policy(Rollover.BOTH))):
        assert following.deficit_in == max(0, -one.remaining - one.approved) == one.beyond


@given(
    PERIODS,
    st.sampled_from([Policy(), Policy(Rollover.SURPLUS, 100, 0), Policy(Rollover.SURPLUS, 0, 3)]),
)
def test_without_rollover_every_period_stands_alone(flows: list[Flow], policy: Policy) -> None:
    running = [replace(flow, paused=False) for flow in flows]
    for line in statement(running, policy):
        assert (line.rolled_in, line.rolled_out, line.deficit_in) == (0, 0, 0)
