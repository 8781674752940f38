"""Limits calls to the rate in a gateway's documentation, for all callers in the process."""

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
#: Calls take different times to arrive, so a second is taken as 2 % longer.
SECOND = NANO * 102 // 100
CATCH_UP = NANO // 10  # after a late wake-up, turns may be this much closer together
#: The methods that call the gateway; the other members make no calls.
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
        "refunds_since",
        "disputes_since",
        "setup_url",
        "setup_result",
        "detach",
        "clock",
    }
)


class Pace:
    """Spreads calls evenly, with at most `per_second` (1 or more) in any second.

    Each process has its own pace. If several workers share an account and the gateway refuses a
    call, its outcome is unknown and is looked up.
    """

    def __init__(self, per_second: int) -> None:
        self._step = SECOND // per_second
        self._given: deque[int] = deque(maxlen=per_second)
        self._next = 0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until it is this caller's turn; later callers wait behind."""
        with self._lock:
            turn = max(time.monotonic_ns() - CATCH_UP, self._next)
            self._next = turn + self._step
            if len(self._given) == self._given.maxlen:
                turn = max(turn, self._given[0] + SECOND)
            time.sleep(max(0, turn - time.monotonic_ns()) / NANO)
            self._given.append(time.monotonic_ns())


class _Paced:
    """A gateway whose calls wait for their turn."""

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
    """Return the pace of an account in this process; gateways limit the rate per account."""
    return Pace(per_second)


def paced(gateway: Gateway, account: UUID) -> Gateway:
    """Return the gateway limited to its rate, or unchanged if it has no limit."""
    if not gateway.per_second:
        return gateway
    return cast(Gateway, _Paced(gateway, _pace(gateway.name, account, gateway.per_second)))
