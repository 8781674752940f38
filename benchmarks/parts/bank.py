"""A bank that takes 300 ms for every call and always says yes; it notes when it was called."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from billing.gateways.base import GatewayObject, Outcome, Turns
from tests import gateways

LATENCY = 0.3
PAGE = 100  # objects that a list answers at once


class Bank:
    """The whole bank; every business has an account (`Account`) with it."""

    def __init__(self, in_flight: int, per_second: int) -> None:
        self.in_flight, self.per_second = in_flight, per_second
        self.calls: list[float] = []
        self.objects: dict[str, tuple[int, str, str, str]] = {}
        self.taken: dict[str, int] = {}
        self.open = self.most_open = 0
        self.settles_later = False
        self.lock = threading.Lock()

    def called(self) -> None:
        """The call arrives, and its answer takes its time."""
        with self.lock:
            self.calls.append(time.perf_counter())
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        time.sleep(LATENCY)
        with self.lock:
            self.open -= 1

    def most_in_a_second(self) -> int:
        """The most calls that arrived within any one second."""
        window: deque[float] = deque()
        most = 0
        for at in sorted(self.calls):
            window.append(at)
            while at - window[0] >= 1:
                window.popleft()
            most = max(most, len(window))
        return most

    def rate(self) -> float:
        """Calls per second from the first to the last."""
        return (len(self.calls) - 1) / (max(self.calls) - min(self.calls))


class Account:
    """The bank as one business sees it: the part of PreparedGateway that collecting needs."""

    name = "bench"

    def __init__(self, bank: Bank) -> None:
        self.bank, self.in_flight, self.per_second = bank, bank.in_flight, bank.per_second
        self.turns: Turns | None = None

    def keep_to(self, turns: Turns) -> None:
        """Each call is one request."""
        self.turns = turns

    def called(self) -> None:
        """Wait for a turn, then call the bank."""
        if self.turns:
            self.turns.wait()
        self.bank.called()

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        self.called()
        handle = f"pi_{uuid4().hex}"
        self.bank.objects[handle] = (amount, currency, reference, "")
        return handle

    def execute(self, *, handle: str, key: str, token: str) -> None:
        self.called()
        amount, currency, reference, _ = self.bank.objects[handle]
        with self.bank.lock:
            self.bank.taken[reference] = self.bank.taken.get(reference, 0) + amount
        self.bank.objects[handle] = (amount, currency, reference, key)

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        """One call for each page of 100 objects, the last of which may be empty."""
        made = list(self.bank.objects)
        for first in range(0, len(made) + 1, PAGE):
            self.called()
            yield from map(self._read, made[first : first + PAGE])

    def lookup(self, handle: str) -> GatewayObject:
        self.called()
        return self._read(handle)

    def _read(self, handle: str) -> GatewayObject:
        amount, currency, reference, key = self.bank.objects[handle]
        paid = Outcome.PROCESSING if self.bank.settles_later else Outcome.SUCCEEDED
        outcome = paid if key else Outcome.NEW
        return GatewayObject(handle, outcome, amount, currency, key, reference=reference)


def opened(in_flight: int, per_second: int) -> Bank:
    """A bank in which every business has an account of its own."""
    bank = Bank(in_flight, per_second)
    gateways.register(gateways.kind("bench", lambda: Account(bank)))
    return bank
