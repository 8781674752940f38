"""A gateway gets nearly as many requests as its documentation allows, and never more.

The limit is one for all processes of an installation, and a refused request is waited for as the
gateway says.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways import pace, shared_turns
from billing.gateways.base import GatewayUnknown
from billing.gateways.pace import NANO, Pace, paced
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.shared_turns import InFiles, InRedis, SharedTurns

GAPS = st.lists(
    st.sampled_from([0, 0, 0, 1, 9, 40, 300, 2500]), min_size=30, max_size=300
)  # milliseconds


class Clock:
    """A clock that advances only by sleeping, and each time `late` nanoseconds too long."""

    def __init__(self, late: int = 0) -> None:
        self.now, self.late = NANO, late

    def monotonic_ns(self) -> int:
        return self.now

    def time_ns(self) -> int:
        return self.now + 10**18

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.now += round(seconds * NANO) + self.late


class InMemory:
    """Turns of several processes at once, by one clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.next = clock, 0

    def take(self, account: str, length: int, *, pause: int = 0) -> int:
        first = max(self.next, self.clock.now)
        self.next = max(first + length, self.clock.now + pause)
        return first - self.clock.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    return clock


def called(clock: Clock, processes: list[Pace], gaps: list[int]) -> list[int]:
    """Ask once after each gap (milliseconds), by turns in each process; return the times."""
    when = []
    for n, gap in enumerate(gaps):
        clock.now += gap * NANO // 1000
        processes[n % len(processes)].wait()
        when.append(clock.now)
    return when


@given(
    gaps=GAPS,
    per_second=st.sampled_from([1, 5, 25, 100]),
    late=st.sampled_from([0, 100_000, 3_000_000]),
    processes=st.sampled_from([0, 1, 2, 5]),
)
def test_no_second_holds_more_requests_than_are_allowed(
    gaps: list[int], per_second: int, late: int, processes: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "time", clock := Clock(late))
        shared = InMemory(clock) if processes else None
        each = [Pace(per_second, shared) for _ in range(max(1, processes))]
        when = called(clock, each, gaps)
    for n, at in enumerate(when):
        assert sum(at <= other < at + NANO for other in when[n:]) <= per_second


@pytest.mark.parametrize("late", [0, 100_000, 3_000_000])
def test_a_caller_that_wakes_up_late_does_not_lose_its_turn(late: int, clock: Clock) -> None:
    clock.late = late
    when = called(clock, [Pace(100)], [0] * 1_001)
    assert 1_000 * NANO / (when[-1] - when[0]) >= 95


def test_one_account_does_not_wait_for_another(clock: Clock) -> None:
    one, other = Pace(2, InMemory(clock)), Pace(2, InMemory(clock))
    called(clock, [one], [0, 0])
    before = clock.now
    other.wait()
    assert clock.now == before
    one.wait()
    assert clock.now >= before + NANO // 2


# Where the turns are shared


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InRedis]:
    """A Redis of its own."""
    folder = tmp_path_factory.mktemp("redis")
    found = subprocess.run(
        [sys.executable, "bin/servers.py"],
        cwd=configured.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    program = re.findall(r"REDIS_BIN='(.+)'", found.stdout)[0]
    options = ["--port", "0", "--unixsocket", "socket", "--save", "", "--logfile", "log"]
    server = subprocess.Popen([program, *options], cwd=folder)
    for _ in range(100):
        if (folder / "socket").exists():
            break
        time.sleep(0.1)
    yield InRedis(f"unix://{folder}/socket")
    server.terminate()
    server.wait(20)


@pytest.fixture(params=["files", "redis"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> SharedTurns:
    if request.param == "files":
        return InFiles(tmp_path / "turns")
    turns: SharedTurns = request.getfixturevalue("redis")
    return turns


def test_turns_follow_each_other_whoever_takes_them(shared: SharedTurns) -> None:
    account, other = str(uuid4()), str(uuid4())
    assert shared.take(account, 2 * NANO) == 0
    second, third = shared.take(account, NANO), shared.take(account, NANO)
    assert 1.5 * NANO < second <= 2 * NANO < 2.5 * NANO < third <= 3 * NANO
    assert shared.take(other, NANO) == 0


def test_a_pause_is_shared_and_no_turn_is_further_ahead_than_ten_minutes(
    shared: SharedTurns,
) -> None:
    account = str(uuid4())
    shared.take(account, 0, pause=20 * NANO)
    assert 19 * NANO < shared.take(account, NANO) <= 20 * NANO
    shared.take(account, 900 * NANO)
    assert shared.take(account, NANO) == 0


def test_turns_that_a_clock_has_left_in_the_future_are_forgotten(tmp_path: Path) -> None:
    turns = InFiles(tmp_path)
    turns.take("account", 0)
    (tmp_path / "account").write_text(str(time.time_ns() + 3_600 * NANO))
    assert turns.take("account", NANO) == 0


def test_while_redis_is_away_each_process_keeps_the_limit(clock: Clock, tmp_path: Path) -> None:
    away = InRedis(f"unix://{tmp_path}/nobody")
    when = called(clock, [Pace(2, away, "account")], [0] * 5)
    assert when[-1] - when[0] >= 2 * NANO


def test_the_turns_are_where_the_queue_is(settings: Any, tmp_path: Path) -> None:
    shared_turns.shared_turns.cache_clear()
    settings.REDIS_URL, settings.RH_VAR_DIR = "", tmp_path
    shared_turns.shared_turns().take("account", NANO)
    assert (tmp_path / "turns" / "account").exists()
    shared_turns.shared_turns.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert isinstance(shared_turns.shared_turns(), InRedis)
    shared_turns.shared_turns.cache_clear()


# A request that was refused


def test_after_a_refusal_every_process_waits_as_it_was_told(clock: Clock) -> None:
    shared = InMemory(clock)
    one, other = Pace(25, shared), Pace(25, shared)
    called(clock, [one, other], [0] * 10)
    one.pause(8)
    before = clock.now
    other.wait()
    one.wait()
    assert clock.now >= before + 8 * NANO


def test_a_long_pause_is_not_slept_through_and_the_outcome_is_unknown(clock: Clock) -> None:
    turns = Pace(25, InMemory(clock))
    turns.pause(120)
    before = clock.now
    with pytest.raises(GatewayUnknown, match=r"asked to wait for 1[12]\d seconds"):
        turns.wait()
    assert clock.now == before
    clock.now += 121 * NANO
    turns.wait()


def test_only_a_gateway_with_a_limit_takes_turns(settings: Any, tmp_path: Path) -> None:
    class Limited(Sandbox):
        per_second = 25

        def keep_to(self, turns: Any) -> None:
            self.turns = turns

    settings.REDIS_URL, settings.RH_VAR_DIR = "", tmp_path
    shared_turns.shared_turns.cache_clear()
    free, limited, business = Sandbox(), Limited(), uuid4()
    assert paced(free, None) is free
    assert paced(limited, business) is limited
    limited.turns.wait()
    assert [path.name for path in (tmp_path / "turns").iterdir()] == [f"sandbox-{business}"]
    shared_turns.shared_turns.cache_clear()
