"""Never asks a gateway more often than its documentation allows, whoever asks."""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar, cast
from uuid import UUID

from billing.gateways.base import Gateway

R = TypeVar("R")
NANO = 10**9
#: A call is on its way for a moment that is not always equally long: a second of the gateway's has so much more.
SECOND = NANO * 102 // 100
CATCH_UP = NANO // 10  # turns that nobody woke up in time for are given a little closer together
#: The calls that ask the gateway something; the rest of the interface is names, limits and arithmetic.
CALLS = frozenset(
    {
        "prepare",
        "execute",
        "charge",
        "lookup",
        "cancel",
        "refund",
        "refunds",
        "disputes",
        "created_since",
        "setup_url",
        "setup_result",
        "detach",
        "clock",
    }
)


class Pace:
    """Gives out turns evenly, and never more than `per_second` (at least 1) in any one second.

    The pace is kept in each process: several workers on one account ask several times as often, and what the gateway
    then refuses is an unknown outcome that is looked up.
    """

    def __init__(self, per_second: int) -> None:
        self._step = SECOND // per_second
        self._given: deque[int] = deque(maxlen=per_second)
        self._next = 0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until it is this caller's turn; who comes later waits behind."""
        with self._lock:
            turn = max(time.monotonic_ns() - CATCH_UP, self._next)
            self._next = turn + self._step
            if len(self._given) == self._given.maxlen:
                turn = max(turn, self._given[0] + SECOND)
            time.sleep(max(0, turn - time.monotonic_ns()) / NANO)
            self._given.append(time.monotonic_ns())


class _Paced:
    """A gateway whose calls each wait for their turn."""

    def __init__(self, gateway: Gateway, pace: Pace) -> None:
        self._gateway, self._pace = gateway, pace

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._gateway, name)
        return partial(self._in_turn, attribute) if name in CALLS else attribute

    def _in_turn(self, call: Callable[..., R], *arguments: Any, **named: Any) -> R:
        self._pace.wait()
        return call(*arguments, **named)


@cache
def _pace(name: str, account: UUID, per_second: int) -> Pace:
    """One for each account in this process: that is what gateways limit."""
    return Pace(per_second)


def paced(gateway: Gateway, account: UUID) -> Gateway:
    """The same gateway, kept to its limit; as it is where it has none."""
    if not gateway.per_second:
        return gateway
    return cast(Gateway, _Paced(gateway, _pace(gateway.name, account, gateway.per_second)))
