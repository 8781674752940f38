"""Keeps many gateway calls open at once, and does the database work of one batch while others wait for the gateway.

Charging waits for the gateway nearly all the time. Threads wait cheaply, and none of them touches the database.
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
    """A call to a gateway that has not been made yet."""

    gateway: Gateway
    ask: Callable[[], Any]


def call(act: Callable[[Gateway, A], Any], gateway: Gateway, about: A) -> Call:
    """The call `act(gateway, about)`."""
    return Call(gateway, partial(act, gateway, about))


#: A batch: it yields the calls it wants made, is sent their answers in the same order, and returns when it is done.
#: An answer that never came is a GatewayUnknown in its place.
Steps = Generator[Sequence[Call], list[Any], R]
Answers = Callable[[], list[Any]]


def run_batches(batches: Iterable[Steps[R]]) -> Iterator[R]:
    """Run batches, a few at once, and yield what each returns as it ends.

    All database work is done in the caller's thread; only calls are made in others.
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


def run(gateway: Gateway, ask: Callable[[A], R], subjects: Sequence[A]) -> list[R | GatewayUnknown]:
    """Call `ask` for each subject, many at once; an answer that never came is a GatewayUnknown in its place."""
    with Crew() as crew:
        return crew.make([Call(gateway, partial(ask, subject)) for subject in subjects])()


class Crew(ExitStack):
    """The threads that make calls: for each gateway as many as it may have open at once."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: dict[str, ThreadPoolExecutor] = {}

    def make(self, calls: Sequence[Call]) -> Answers:
        """Begin the calls. The function returned waits for their answers."""
        begun = [self._begin(call) for call in calls]
        return lambda: [answer() for answer in begun]

    def _begin(self, call: Call) -> Callable[[], Any]:
        if call.gateway.in_flight == 1:  # in the caller's thread, one after the other
            answer = _answer(call.ask)
            return lambda: answer
        if call.gateway.name not in self._threads:
            self._threads[call.gateway.name] = self.enter_context(
                ThreadPoolExecutor(call.gateway.in_flight)
            )
        return self._threads[call.gateway.name].submit(_answer, call.ask).result


def _answer(ask: Callable[[], Any]) -> Any:
    """Make a call. After an error that nobody foresaw the outcome is unknown: it may have moved money (rule 21)."""
    try:
        return ask()
    except GatewayUnknown as error:
        return error
    except NotConnected as error:
        return GatewayUnknown(str(error))
    except Exception as error:
        log.exception("A gateway call failed in a way that we did not foresee.")
        return GatewayUnknown(type(error).__name__)
