"""Keeps many gateway calls in flight at once, and never asks more often than the gateway allows.

Charging waits on the gateway nearly all the time: threads wait cheaply, and no database is touched in them.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from billing.errors import NotConnected
from billing.gateways.base import Gateway, GatewayUnknown

log = logging.getLogger(__name__)
A = TypeVar("A")
R = TypeVar("R")
NANO = 10**9


class Pace:
    """Gives out moments at least 1/per_second apart; `wait` sleeps until the next one. 0: no limit."""

    def __init__(self, per_second: int) -> None:
        self._step = NANO // per_second if per_second else 0
        self._lock = threading.Lock()
        self._next = 0

    def wait(self) -> None:
        """Sleep until it is this caller's turn."""
        if not self._step:
            return
        with self._lock:
            mine = max(time.monotonic_ns(), self._next)
            self._next = mine + self._step
        time.sleep(max(0, mine - time.monotonic_ns()) / NANO)


_paces: dict[tuple[str, int], Pace] = {}


def pace_of(bank: Gateway) -> Pace:
    """One pace per gateway and process."""
    return _paces.setdefault((bank.name, bank.per_second), Pace(bank.per_second))


def run(bank: Gateway, call: Callable[[A], R], asked: Sequence[A]) -> list[R | GatewayUnknown]:
    """`call` for each, many at once; an answer that never came is a GatewayUnknown in its place.

    An error that we did not foresee is one too: what it did to the money is not known either (rule 21).
    """

    def one(what: A) -> R | GatewayUnknown:
        try:
            return call(what)
        except GatewayUnknown as lost:
            return lost
        except NotConnected as no:
            return GatewayUnknown(str(no))
        except Exception as error:  # whatever it is, the answer is not known
            log.exception("A gateway call failed in a way that we did not foresee.")
            return GatewayUnknown(type(error).__name__)

    if bank.in_flight == 1 or len(asked) == 1:
        return [one(what) for what in asked]
    with ThreadPoolExecutor(min(bank.in_flight, len(asked))) as pool:
        return list(pool.map(one, asked))
