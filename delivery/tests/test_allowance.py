"""The hours ledger: nothing appears, nothing vanishes, and the worked vector holds (rules 25 and 26)."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.allowance import PeriodStatement, Policy, Rollover, statement

H = 60
PERIODS = st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 9000)), min_size=1, max_size=24)
POLICIES = st.builds(Policy, st.sampled_from(list(Rollover)), st.integers(0, 100), st.integers(0, 4))


def ledger(rows: list[tuple[int, int]], policy: Policy) -> list[PeriodStatement]:
    """The statements of (granted, used) a period."""
    return statement([grant for grant, _ in rows], [use for _, use in rows], policy)


# Worked examples


def test_the_worked_example_holds() -> None:
    found = statement([40 * H] * 3, [30 * H, 45 * H, 0], Policy(Rollover.SURPLUS, 25, 1))
    assert found[0].rolled_out == 10 * H
    assert (found[1].rolled_in, found[1].rolled_out) == (10 * H, 5 * H)
    assert found[2].available == 45 * H


@pytest.mark.parametrize(
    ("policy", "used", "available"),
    [
        (Policy(Rollover.SURPLUS, 25, 1), [30, 0, 0, 0], [40, 50, 50, 50]),  # ten at most go on
        (Policy(Rollover.SURPLUS, 25, 1), [38, 41, 40, 0], [40, 42, 41, 41]),  # the oldest is used first
        (Policy(Rollover.SURPLUS, 100, 1), [0, 0, 0, 0], [40, 80, 80, 80]),
        (Policy(Rollover.SURPLUS, 0, 1), [0, 0, 0, 0], [40, 40, 40, 40]),
        (Policy(Rollover.SURPLUS, 25, 0), [30, 30, 30, 0], [40, 40, 40, 40]),  # it expires with its period
        (Policy(Rollover.SURPLUS, 25, 1), [50, 45, 40, 0], [40, 40, 40, 40]),
        (Policy(Rollover.BOTH, 25, 1), [50, 45, 20, 0], [40, 30, 25, 45]),
        (Policy(Rollover.BOTH, 25, 1), [140, 0, 0, 0], [40, -60, -20, 20]),  # a deficit is worked off, not floored
        (Policy(Rollover.NONE, 25, 1), [30, 50, 0, 0], [40, 40, 40, 40]),
    ],
)
def test_what_each_period_begins_with(policy: Policy, used: list[int], available: list[int]) -> None:
    found = statement([40 * H] * 4, [hours * H for hours in used], policy)
    assert [line.available for line in found] == [hours * H for hours in available]


def test_the_cap_is_of_what_the_period_itself_was_granted() -> None:
    found = statement([40 * H, 20 * H, 0, 40 * H], [0, 0, 0, 0], Policy(Rollover.SURPLUS, 25, 1))
    assert [line.rolled_out for line in found] == [10 * H, 5 * H, 0, 10 * H]


# Whatever the policy


@given(PERIODS, POLICIES)
def test_every_minute_is_used_expired_or_rolled_on(rows: list[tuple[int, int]], policy: Policy) -> None:
    found = ledger(rows, policy)
    for line in found:
        left = max(0, line.granted + line.rolled_in - line.used - line.deficit_in)
        assert line.expired + line.rolled_out == left == max(0, line.remaining)
        assert line.expired >= 0 and 0 <= line.rolled_out <= line.granted * policy.cap_percent // 100
    for one, following in itertools.pairwise(found):
        assert following.rolled_in == one.rolled_out


@given(PERIODS, POLICIES, st.integers(0, 24))
def test_a_past_period_reads_as_it_stood_whatever_came_after(
    rows: list[tuple[int, int]], policy: Policy, count: int
) -> None:
    assert ledger(rows[:count], policy) == ledger(rows, policy)[:count]


@given(PERIODS, POLICIES)
def test_a_higher_cap_or_a_later_expiry_takes_nothing_away(rows: list[tuple[int, int]], policy: Policy) -> None:
    plain = [line.available for line in ledger(rows, policy)]
    for kinder in (
        replace(policy, cap_percent=min(100, policy.cap_percent + 5)),
        replace(policy, expiry_periods=policy.expiry_periods + 1),
    ):
        more = [line.available for line in ledger(rows, kinder)]
        assert all(one <= other for one, other in zip(plain, more, strict=True))


@given(PERIODS)
def test_a_deficit_is_never_forgiven(rows: list[tuple[int, int]]) -> None:
    for one, following in itertools.pairwise(ledger(rows, Policy(Rollover.BOTH))):
        assert following.deficit_in == max(0, -one.remaining)


@given(PERIODS, st.sampled_from([Policy(), Policy(Rollover.SURPLUS, 100, 0), Policy(Rollover.SURPLUS, 0, 3)]))
def test_without_rollover_every_period_stands_alone(rows: list[tuple[int, int]], policy: Policy) -> None:
    for line in ledger(rows, policy):
        assert (line.rolled_in, line.rolled_out, line.deficit_in) == (0, 0, 0)


@given(PERIODS, POLICIES)
def test_a_period_without_its_use_is_refused(rows: list[tuple[int, int]], policy: Policy) -> None:
    with pytest.raises(ValueError, match="zip"):
        statement([grant for grant, _ in rows], [use for _, use in rows[1:]], policy)
