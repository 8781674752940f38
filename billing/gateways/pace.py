"""Limits requests to the rate in a gateway's documentation, for all workers of an installation.

Requests are counted, not our calls: one call may make several. A gateway asks for a turn before
each request, and passes on what the answer to a refused one says about waiting.
"""

import threading
import time
from collections import deque
from functools import cache
from typing import TypeVar

from billing.gateways.base import CardGateway, GatewayUnknown
from billing.gateways.shared_turns import SharedTurns, shared_turns

G = TypeVar("G", bound=CardGateway)
NANO = 10**9
#: Requests take different times to arrive, so a second is taken as 2 % longer.
SECOND = NANO * 102 // 100
CATCH_UP = NANO // 10  # after a late wake-up, turns of a process may be this much closer together
LONGEST_SLEEP = 30 * NANO  # a turn that is further ahead is not waited for


class Pace:
    """Spreads the requests of an account evenly, with at most `per_second` in any second.

    `per_second` is 1 or more. Turns are taken from `shared`, a few at once, so that all processes
    together keep the limit.
    """

    def __init__(
        self, per_second: int, shared: SharedTurns | None = None, account: str = ""
    ) -> None:
        self._step = SECOND // per_second
        self._at_once = max(1, per_second // 4)
        self._given: deque[int] = deque(maxlen=per_second)
        self._turns: deque[int] = deque()
        self._next = 0
        self._shared, self._account = shared, account
        self._lock, self._counting = threading.Lock(), threading.Lock()
        self._waiting = 0

    def wait(self) -> None:
        """Sleep until it is this caller's turn; later callers wait behind.

        Raises GatewayUnknown, without sleeping, if the gateway asked to be left alone for longer.
        """
        with self._counting:
            self._waiting += 1
        try:
            with self._lock:
                turn = self._turn()
                if len(self._given) == self._given.maxlen:
                    turn = max(turn, self._given[0] + SECOND)
                sleep = max(0, turn - time.monotonic_ns())
                if sleep > LONGEST_SLEEP:
                    raise GatewayUnknown(f"asked to wait for {sleep // NANO} seconds")
                time.sleep(sleep / NANO)
                self._given.append(time.monotonic_ns())
        finally:
            with self._counting:
                self._waiting -= 1

    def pause(self, seconds: int) -> None:
        """Give no turn for so long, in any process: the gateway refused a request and said so."""
        pause = seconds * NANO
        with self._lock:
            self._turns.clear()
            self._next = max(self._next, time.monotonic_ns() + pause)
        if self._shared:
            self._shared.take(self._account, 0, pause=pause)

    def _turn(self) -> int:
        """Return the next turn, by this process's monotonic clock; take new ones if none is left.

        As many are taken as callers wait now.
        """
        if not self._turns:
            count = min(self._waiting, self._at_once)
            now = time.monotonic_ns()
            first = max(now - CATCH_UP, self._next)
            if self._shared:
                first = max(first, now + self._shared.take(self._account, count * self._step))
            self._turns.extend(first + n * self._step for n in range(count))
            self._next = first + count * self._step
        return self._turns.popleft()


@cache
def _pace(account: str, per_second: int) -> Pace:
    """Return the pace of an account; gateways limit the rate per account."""
    return Pace(per_second, shared_turns(), account)


def paced(gateway: G, account: object) -> G:
    """Return the gateway after limiting its requests to its rate, if it has one.

    `account` is the business whose account it is, or None if all businesses share it.
    """
    if gateway.per_second:
        gateway.keep_to(_pace(f"{gateway.name}-{account or 'shared'}", gateway.per_second))
    return gateway
