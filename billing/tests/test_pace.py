"""A gateway is called nearly as often as its documentation allows, and never more often."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways import pace
from billing.gateways.pace import NANO, Pace, paced
from billing.gateways.sandbox.gateway import Sandbox

GAPS = st.lists(
    st.sampled_from([0, 0, 0, 1, 9, 40, 300, 2500]), min_size=30, max_size=300
)  # milliseconds


class Clock:
    """A clock that advances only by sleeping, and each time `late` nanoseconds too long."""

    def __init__(self, late: int) -> None:
        self.now, self.late = NANO, late

    def monotonic_ns(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.now += round(seconds * NANO) + self.late


def called(clock: Clock, per_second: int, gaps: list[int]) -> list[int]:
    """Call once after each gap (milliseconds); return the times of the calls (nanoseconds)."""
    turns, when = Pace(per_second), []
    for gap in gaps:
        clock.now += gap * NANO // 1000
        turns.wait()
        when.append(clock.now)
    return when


@given(
    gaps=GAPS,
    per_second=st.sampled_from([1, 5, 25, 100]),
    late=st.sampled_from([0, 100_000, 3_000_000]),
)
def test_no_second_holds_more_calls_than_are_allowed(
    gaps: list[int], per_second: int, late: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "time", clock := Clock(late))
        when = called(clock, per_second, gaps)
    for n, at in enumerate(when):
        assert sum(at <= other < at + NANO for other in when[n:]) <= per_second


@pytest.mark.parametrize("late", [0, 100_000, 3_000_000])
def test_a_caller_that_wakes_up_late_does_not_lose_its_turn(
    late: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "time", clock := Clock(late))
    when = called(clock, 100, [0] * 1_001)
    assert 1_000 * NANO / (when[-1] - when[0]) >= 95


def test_only_a_gateway_with_a_limit_waits_and_one_account_does_not_wait_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Limited(Sandbox):
        per_second = 2

        def clock(self) -> Any:
            return "asked"

    monkeypatch.setattr(pace, "time", clock := Clock(0))
    free, one, other = Sandbox(), uuid4(), uuid4()
    assert paced(free, one) is free
    for _ in range(2):
        assert paced(Limited(), one).clock() == "asked"
    before = clock.now
    paced(Limited(), other).clock()
    assert clock.now == before
    paced(Limited(), one).clock()
    assert clock.now >= before + NANO // 2
