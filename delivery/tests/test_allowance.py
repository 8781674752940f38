"""The hours ledger: nothing appears, nothing vanishes, and the worked vector holds (rules 25 and 26)."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from delivery.allowance import Policy, Rollover, statement

H = 60
PERIODS = st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 9000)), min_size=1, max_size=24)
POLICIES = st.builds(Policy, st.sampled_from(list(Rollover)), st.integers(0, 100), st.integers(1, 4))


def test_the_worked_example_holds() -> None:
    found = statement([40 * H] * 3, [30 * H, 45 * H, 0], Policy(Rollover.SURPLUS, 25, 1))
    assert found[0].rolled_out == 10 * H
    assert (found[1].rolled_in, found[1].rolled_out) == (10 * H, 5 * H)
    assert found[2].available == 45 * H


@given(PERIODS, POLICIES)
def test_every_minute_is_used_expired_or_rolled_on(rows: list[tuple[int, int]], policy: Policy) -> None:
    found = statement([grant for grant, _ in rows], [use for _, use in rows], policy)
    for line in found:
        left = max(0, line.granted + line.rolled_in - line.used - line.deficit_in)
        assert line.expired + line.rolled_out == left
        assert line.rolled_out <= line.granted * policy.cap_percent // 100
    for one, following in itertools.pairwise(found):
        assert following.rolled_in == one.rolled_out


@given(PERIODS)
def test_a_deficit_is_never_forgiven(rows: list[tuple[int, int]]) -> None:
    found = statement([grant for grant, _ in rows], [use for _, use in rows], Policy(Rollover.BOTH))
    for one, following in itertools.pairwise(found):
        assert following.deficit_in == max(0, -one.remaining)


@given(PERIODS)
def test_without_rollover_every_period_stands_alone(rows: list[tuple[int, int]]) -> None:
    for line in statement([grant for grant, _ in rows], [use for _, use in rows], Policy()):
        assert (line.rolled_in, line.rolled_out, line.deficit_in) == (0, 0, 0)
