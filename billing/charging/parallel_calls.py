"""Keeps many gateway calls in flight at once, and does the database work of one batch under the calls of others.

Charging waits on the gateway nearly all the time: threads wait cheaply, and no database is touched in them.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from billing.gateways.base import Gateway, GatewayUnknown
from billing.rules.errors import NotConnected

log = logging.getLogger(__name__)
A = TypeVar("A")
R = TypeVar("R")
AT_ONCE = 3  # batches: while one is at the database the calls of the others keep the gateway busy


@dataclass(frozen=True)
class Call:
    """Something to ask of a gateway."""

    bank: Gateway
    ask: Callable[[], Any]


def call(act: Callable[[Gateway, A], Any], bank: Gateway, about: A) -> Call:
    """Ask `bank` by `act` about something."""
    return Call(bank, partial(act, bank, about))


#: A batch: it yields the calls it wants made, is sent their answers in the same order, and returns when it is done.
#: An answer that never came is a GatewayUnknown in its place.
Steps = Generator[Sequence[Call], list[Any], R]
Answers = Callable[[], list[Any]]


def together(batches: Iterable[Steps[R]]) -> Iterator[R]:
    """Run batches, a few at once; what each returns, as it ends.

    Their own work is all done here, in the caller's thread; only calls are made in others.
    """
    todo = iter(batches)
    under_way: deque[tuple[Steps[R], Answers | None]] = deque()
    with Crew() as crew:
        while True:
            while len(under_way) < AT_ONCE and (fresh := next(todo, None)):
                under_way.append((fresh, None))
            if not under_way:
                return
            batch, answers = under_way.popleft()
            try:
                calls = batch.send(answers()) if answers else next(batch)
            except StopIteration as end:
                yield end.value
            else:
                under_way.append((batch, crew.make(calls)))


def run(bank: Gateway, call: Callable[[A], R], asked: Sequence[A]) -> list[R | GatewayUnknown]:
    """`call` for each, many at once; an answer that never came is a GatewayUnknown in its place."""
    with Crew() as crew:
        return crew.make([Call(bank, partial(call, what)) for what in asked])()


class Crew(ExitStack):
    """The threads that make calls: for each gateway as many as it may have open at once."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: dict[str, ThreadPoolExecutor] = {}

    def make(self, calls: Sequence[Call]) -> Answers:
        """Begin the calls; their answers are had by asking for them."""
        begun = [self._begin(call) for call in calls]
        return lambda: [answer() for answer in begun]

    def _begin(self, call: Call) -> Callable[[], Any]:
        if call.bank.in_flight == 1:  # in the caller's thread, one after the other
            said = _answer(call.ask)
            return lambda: said
        if call.bank.name not in self._threads:
            self._threads[call.bank.name] = self.enter_context(
                ThreadPoolExecutor(call.bank.in_flight)
            )
        return self._threads[call.bank.name].submit(_answer, call.ask).result


def _answer(ask: Callable[[], Any]) -> Any:
    """What it says. An error that we did not foresee is no answer either: what it did to the money is not known."""
    try:
        return ask()
    except GatewayUnknown as lost:
        return lost
    except NotConnected as no:
        return GatewayUnknown(str(no))
    except Exception as error:  # whatever it is, the answer is not known (rule 21)
        log.exception("A gateway call failed in a way that we did not foresee.")
        return GatewayUnknown(type(error).__name__)
