"""Runs many gateway calls in parallel, while other batches use the database.

Charging waits for the gateway most of the time. The threads only make the calls: none of them uses
the database. Batches of different accounts do not wait for each other, so that an account whose
gateway is silent delays nobody else's.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from billing.gateways.base import Gateway, GatewayUnknown
from billing.rules.errors import NotConnected
from core.jobs import set_aside
from core.jobs.set_aside import Step

log = logging.getLogger(__name__)
A = TypeVar("A")
R = TypeVar("R")
K = TypeVar("K", UUID, int)
AT_ONCE = 3  # batches of an account; while one uses the database, the others' calls are under way
MOST = 4 * AT_ONCE  # batches of all accounts
#: After so many calls in a row without an answer, an account is not called again in this run.
GIVEN_UP_AFTER = 10


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


@dataclass(frozen=True)
class Batch(Generic[R]):
    """Rows of one account that one step works through together.

    `begin` claims the rows and starts with what they are in the database, so that it can be called
    again for a part of them.
    """

    step: Step
    ids: Sequence[Any]
    begin: Callable[[Sequence[Any]], Steps[R]]


def parts(ids: Sequence[K], size: int) -> list[Sequence[K]]:
    """Return the ids in parts of `size`."""
    return [ids[first : first + size] for first in range(0, len(ids), size)]


def run_batches(by_account: Mapping[Hashable, Iterable[Batch[R]]], *, now: datetime) -> Iterator[R]:
    """Run the batches of each account, a few at once, and yield what each returns when it ends.

    All database work is done in the caller's thread; only the calls are made in others. A batch
    that raises is begun again in halves until the bad row is alone, which is set aside.
    """
    turns = _Turns(by_account)
    answered: SimpleQueue[_UnderWay[R]] = SimpleQueue()
    with _Crew() as crew:
        while True:
            while fresh := turns.begin_next():
                crew.continue_with(fresh, [], answered)
            if not turns.under_way:
                return
            batch = answered.get()
            try:
                calls = batch.steps.send(batch.answers())
            except StopIteration as end:
                _end(batch, turns, crew)
                step, ids = batch.batch.step.name, map(set_aside.key, batch.batch.ids)
                if again := set_aside.open_subjects(step, ids):
                    set_aside.worked(step, again, now=now)
                yield end.value
            except Exception as error:
                _end(batch, turns, crew)
                if set_aside.ends_the_job(error):
                    raise
                turns.divide(batch, error, now)
            else:
                crew.continue_with(batch, calls, answered)


def _end(batch: "_UnderWay[R]", turns: "_Turns[R]", crew: "_Crew") -> None:
    if turns.end(batch.account):
        crew.dismiss(batch.account)


@dataclass
class _UnderWay(Generic[R]):
    """A batch that was begun, and the answers that it waits for."""

    account: Hashable
    batch: Batch[R]
    steps: Steps[R]
    waits_for: Sequence[Callable[[], Any]] = ()
    is_begun: bool = False

    def answers(self) -> Any:
        """Return what to send to the batch: its answers, or None to begin it."""
        if not self.is_begun:
            self.is_begun = True
            return None
        return [answer() for answer in self.waits_for]


class _Turns(Generic[R]):
    """Begins the batches of the accounts by turns, never too many of one account or of all."""

    def __init__(self, by_account: Mapping[Hashable, Iterable[Batch[R]]]) -> None:
        self._left = deque((account, iter(batches)) for account, batches in by_account.items())
        self._of_account: Counter[Hashable] = Counter()
        self._again: deque[tuple[Hashable, Batch[R]]] = deque()
        self.under_way = 0

    def begin_next(self) -> _UnderWay[R] | None:
        """Return the next batch, or None if none may begin now."""
        if self.under_way >= MOST:
            return None
        if self._again:
            return self._begin(*self._again.popleft())
        for _ in range(len(self._left)):
            account, batches = self._left.popleft()
            if self._of_account[account] >= AT_ONCE:
                self._left.append((account, batches))
            elif batch := next(batches, None):
                self._left.append((account, batches))
                return self._begin(account, batch)
        return None

    def end(self, account: Hashable) -> bool:
        """Note that a batch has ended; return whether no other of its account is under way."""
        self.under_way -= 1
        self._of_account[account] -= 1
        return not self._of_account[account]

    def divide(self, failed: _UnderWay[R], error: Exception, now: datetime) -> None:
        """Set the only row of a failed batch aside, or plan to begin each half of it."""
        batch = failed.batch
        if len(batch.ids) == 1:
            set_aside.put(batch.step, batch.ids[0], error, now=now)
            return
        middle = len(batch.ids) // 2
        for half in (batch.ids[:middle], batch.ids[middle:]):
            self._again.append((failed.account, replace(batch, ids=half)))

    def _begin(self, account: Hashable, batch: Batch[R]) -> _UnderWay[R]:
        self.under_way += 1
        self._of_account[account] += 1
        return _UnderWay(account, batch, batch.begin(batch.ids))


class _Crew:
    """The threads that make calls: for each account, as many as its gateway allows at once."""

    def __init__(self) -> None:
        self._threads: dict[Hashable, ThreadPoolExecutor] = {}
        self._unanswered: Counter[Hashable] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the calls that are under way."""
        for account in list(self._threads):
            self.dismiss(account)

    def dismiss(self, account: Hashable) -> None:
        """End the threads of an account, none of whose batches is under way."""
        if threads := self._threads.pop(account, None):
            threads.shutdown()

    def continue_with(
        self, batch: _UnderWay[R], calls: Sequence[Call], answered: "SimpleQueue[_UnderWay[R]]"
    ) -> None:
        """Make the calls of a batch, and put it into `answered` once all have their answers."""
        batch.waits_for = self.start(calls, batch.account, lambda: answered.put(batch))

    def start(
        self, calls: Sequence[Call], account: Hashable, when_all: Callable[[], None]
    ) -> Sequence[Callable[[], Any]]:
        """Start calls, and return functions that wait for their answers.

        `when_all` is called, in any thread, once all have an answer.
        """
        started = [self._start(each, account) for each in calls]
        futures = [each for each in started if isinstance(each, Future)]
        _when_done(futures, when_all)
        return [
            each.result if isinstance(each, Future) else partial(_same, each) for each in started
        ]

    def _start(self, call: Call, account: Hashable) -> "Future[Any] | tuple[Any]":
        """Start a call; a gateway that takes one at a time is called here and now."""
        if call.gateway.in_flight == 1:
            return (self._answer(call, account),)
        if account not in self._threads:
            self._threads[account] = ThreadPoolExecutor(call.gateway.in_flight)
        return self._threads[account].submit(self._answer, call, account)

    def _answer(self, call: Call, account: Hashable) -> Any:
        """Make a call, unless the account seems to be silent."""
        if self._unanswered[account] >= GIVEN_UP_AFTER:
            return GatewayUnknown("The gateway does not answer; it is asked again by the next run.")
        answer = _answer(call.ask)
        is_unanswered = isinstance(answer, GatewayUnknown)
        self._unanswered[account] = self._unanswered[account] + 1 if is_unanswered else 0
        return answer


def _same(answer: tuple[Any]) -> Any:
    return answer[0]


def _when_done(futures: Sequence["Future[Any]"], act: Callable[[], None]) -> None:
    """Call `act` once all futures are done; at once if there are none."""
    lock, left = threading.Lock(), [len(futures)]

    def one_is_done(_: "Future[Any]") -> None:
        with lock:
            left[0] -= 1
            is_last = left[0] == 0
        if is_last:
            act()

    for future in futures:
        future.add_done_callback(one_is_done)
    if not futures:
        act()


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
