"""Runs many gateway calls in parallel, while other batches use the database.

Charging waits for the gateway most of the time. The threads only make the calls: none of them uses
the database.
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
AT_ONCE = 3  # batches; while one uses the database, the calls of the others are under way


@dataclass(frozen=True)
class Call:
    """A call to a gateway that has not been made yet."""

    gateway: Gateway
    ask: Callable[[], Any]


def call(act: Callable[[Gateway, A], Any], gateway: Gateway, about: A) -> Call:
    """Return the call `act(gateway, about)`, not made yet."""
    return Call(gateway, partial(act, gateway, about))


#: A batch yields the calls that it needs, is sent their answers in the same order, and returns when
#: it is done. The answer of a call whose outcome is not known is a GatewayUnknown.
Steps = Generator[Sequence[Call], list[Any], R]
Answers = Callable[[], list[Any]]


def run_batches(batches: Iterable[Steps[R]]) -> Iterator[R]:
    """Run batches, a few at once, and yield what each returns when it ends.

    All database work is done in the caller's thread; only the calls are made in others.
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
    """Call `ask` for each subject, in parallel, and return the answers in the same order.

    The answer of a call whose outcome is not known is a GatewayUnknown.
    """
    with Crew() as crew:
        return crew.make([Call(gateway, partial(ask, subject)) for subject in subjects])()


class Crew(ExitStack):
    """The threads that make calls: for each gateway, as many as it allows at once."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: dict[str, ThreadPoolExecutor] = {}

    def make(self, calls: Sequence[Call]) -> Answers:
        """Start the calls. The returned function waits for their answers."""
        started = [self._start(call) for call in calls]
        return lambda: [answer() for answer in started]

    def _start(self, call: Call) -> Callable[[], Any]:
        if call.gateway.in_flight == 1:  # in the caller's thread, one after the other
            answer = _answer(call.ask)
            return lambda: answer
        if call.gateway.name not in self._threads:
            self._threads[call.gateway.name] = self.enter_context(
                ThreadPoolExecutor(call.gateway.in_flight)
            )
        return self._threads[call.gateway.name].submit(_answer, call.ask).result


def _answer(ask: Callable[[], Any]) -> Any:
    """Make a call, and return its answer or a GatewayUnknown.

    After an unexpected error the outcome is unknown, because money may have moved (rule 21).
    """
    try:
        return ask()
    except GatewayUnknown as error:
        return error
    except NotConnected as error:
        return GatewayUnknown(str(error))
    except Exception as error:
        log.exception("A gateway call failed with an unexpected error.")
        return GatewayUnknown(type(error).__name__)
