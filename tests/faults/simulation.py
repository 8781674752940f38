"""One seeded life of a few invoices against a misbehaving bank, with kills and two of everything (docs/charging.md).

Seeds take turns: an even one charges at a prepared gateway, an odd one at a direct gateway.

It drives the project's own verbs on the project's own models. A kill is an exception at any SQL statement or
gateway call; a second worker is a whole verb that runs inside the first one's pause, wherever no transaction is
open. Each seed lives inside a transaction that is taken back at the end; in some of them the storage goes back
to an earlier state (tests/faults/going_back.py).
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.test import override_settings

from agreements.models import Agreement
from agreements.running.periods import open_due
from billing.charging import collect, gateway_events, issue, parallel_calls, resolve
from billing.charging.refund import carry_out_refunds
from billing.gateways import clocks
from billing.models import GatewayEvent, PaymentMethod
from billing.runs import billing_run
from clients.models import Client
from core import nudge
from core.continuity import outside, standing
from core.errors import RuleError, StandsStill
from tests import gateways
from tests.faults.bank import Bank, DirectBank
from tests.faults.going_back import Storage
from tests.faults.money import persons, world
from tests.faults.money.judge import judge

DAYS = 16
WHILE_OPENING = (0, 1 / 24, 1, 2, 2)
AFTERWARDS = (1, 2, 4, 7, 3, 3)
#: How wrong workers' clocks are, in minutes: a little, or days behind.
OFF = (0, 0, 0, 0, 0, -3, 4, -60, -4320)


class Killed(BaseException):
    """The process died here."""


@dataclass
class Life:
    """One seed. `now` is the world's clock; each verb may see it a little wrong."""

    seed: int
    dice: random.Random = field(init=False)
    turn: date = field(init=False)  # what the life goes through
    zone: str = field(init=False)
    now: datetime = field(init=False)
    bank: Bank | DirectBank = field(init=False)
    kills: int = 0
    events: int = 0
    depth: int = 0
    quick: int = 0  # calls under way that may take no time
    calm: bool = False
    moments: list[datetime] = field(default_factory=list)  # at which something is due
    opened_until: datetime = field(init=False)
    by_hand: Counter[UUID] = field(default_factory=Counter)  # tries, by the client
    without_money: set[UUID] = field(default_factory=set)  # clients whose invoices stay open
    late_clocks: int = 0
    surprises: list[str] = field(default_factory=list)
    storage: Storage = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.turn, self.zone = self.dice.choice(world.TURNS)
        self.now = world.start_of(self.turn, self.dice.randint(1, 9))
        self.off = self.dice.choice([OFF, OFF, (0,)])
        trouble = self.dice.choice([0, 0.1, 0.3, 0.5])
        kind = DirectBank if self.seed % 2 else Bank
        self.bank = kind(self.dice, self.now, trouble=trouble, between=self.pause)
        self.storage = Storage(self.dice, goes_back=self.dice.random() < 0.4)
        # Nothing may depend on webhooks: in every other life hardly any arrives.
        self.bank.tells = self.dice.choice([(0, 1, 1, 2), (0, 0, 0, 1)])
        self.kill_share = self.dice.choice([0, 0.002, 0.01, 0.03])

    # --- what goes wrong ------------------------------------------------------------------------------------

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each SQL statement: the process may die before or after it, or the database say no."""
        if self.calm or sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        self.unmark()
        self.die()
        if self.dice.random() < self.kill_share / 4:
            raise OperationalError("the database went away")
        done = execute(sql, params, many, context)
        self.die()
        return done

    def die(self) -> None:
        if self.dice.random() < self.kill_share:
            self.kills += 1
            raise Killed

    def pause(self, may_last: bool) -> None:
        """Around each gateway call: the process may die, or be held up; another worker may run meanwhile."""
        assert not connection.savepoint_ids, "a transaction is open while a gateway is asked"
        if self.calm:
            return
        self.die()
        self.quick += not may_last
        try:
            if not self.quick and self.dice.random() < 0.02:
                self.pass_time(self.dice.choice([1, 11, 180, 1800]))
            if self.depth < 2 and self.dice.random() < 0.15:
                self.depth += 1
                try:
                    self.work()
                finally:
                    self.depth -= 1
        finally:
            self.quick -= not may_last

    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.bank.pass_time(self.now)

    # --- what happens ---------------------------------------------------------------------------------------

    def attempt(self, verb: Callable[[], Any]) -> None:
        self.events += 1
        with suppress(Killed, OperationalError, RuleError):
            verb()
        self.unmark()

    def unmark(self) -> None:
        """An error outside a transaction breaks none, but the one around the whole seed is marked as broken."""
        if not connection.savepoint_ids:
            connection.needs_rollback = False

    def clock(self) -> datetime:
        """What a worker's clock says: right, a little off, or days behind."""
        if self.calm:
            return self.now
        off = self.dice.choice(self.off)
        self.late_clocks += off == min(OFF)
        return self.now + timedelta(minutes=off)

    @property
    def doubtful_tries(self) -> int:
        """How many more tries an invoice may have: a clock that is days behind, or books that went back, begin anew."""
        return self.late_clocks + 5 * self.storage.went_back

    def work(self) -> None:
        """A worker's task: the run, the resolver, or a webhook."""
        job = self.dice.choice(["bill", "bill", "resolve", "hook"])
        at = self.clock()
        if job == "bill":
            self.attempt(lambda: billing_run.run_billing(now=at, door="test"))
        elif job == "resolve":
            self.attempt(lambda: self.resolve(at))
        else:
            self.attempt(self.hook)

    def resolve(self, at: datetime) -> None:
        standing.advance(now=at)
        gateway_events.apply_events(now=at)
        resolve.resolve_charges(now=at)
        carry_out_refunds(now=at)

    def hook(self) -> None:
        due = [each for each in self.bank.hooks if each[0] <= self.now]
        if not due:
            return
        at, handle = self.dice.choice(due)
        if self.dice.random() < 0.7:
            self.bank.hooks.remove((at, handle))
        GatewayEvent.objects.get_or_create(
            gateway=self.bank.name,
            account=None,
            event_id=f"{handle}:{at}",
            defaults={"handle": handle, "body": b"", "received_at": self.now},
        )

    def surprised(self, said: str) -> None:
        """Billing takes an error it did not foresee for a lost answer: it is a mistake, unless the seed made it."""
        error = sys.exc_info()[1]
        if not isinstance(error, OperationalError):
            self.surprises.append(repr(error))

    # --- the whole ------------------------------------------------------------------------------------------

    def live(self) -> list[str]:
        """The whole life; the contradictions at its end."""
        self.calm = True
        world.people(self)
        standing.advance(now=self.now)
        self.calm = False
        end = self.now + timedelta(days=DAYS)
        while self.now < end:
            silent = bool(self.bank.silent_about)
            self.step([10, 120, 700] if silent else [1, 10, 120, 700, 1900])
            self.calm = True
            if self.storage.perhaps():
                self.bank.elsewhere.books_went_back()
            self.calm = False
            self.work()
            if self.dice.random() < 0.5:
                self.attempt(self.look_after)
            if self.dice.random() < (persons.BUSY_IN_SILENCE if silent else persons.BUSY):
                self.attempt(lambda: persons.act(self))
                self.attempt(lambda: self.resolve(self.now))  # what people do wakes a worker
        self.recover()
        return judge(self)

    def look_after(self) -> None:
        """After a doubt, people often change their mind about what was issued again last."""
        if self.storage.look_after(self.now) and self.dice.random() < 0.5:
            self.attempt(lambda: open_due(now=self.now))
            self.attempt(lambda: issue.issue_invoices(now=self.now))
            self.attempt(lambda: persons.void_the_newest(self))

    def step(self, minutes: Sequence[int]) -> None:
        """Let some time pass, often until shortly before or after a moment at which something is due."""
        ahead = [at for at in self.moments if self.now < at < self.now + timedelta(days=2)]
        if ahead and self.dice.random() < 0.4:
            off = timedelta(minutes=self.dice.choice([-50, -31, -6, 1, 20]))
            self.pass_time(max(1, (min(ahead) + off - self.now) // timedelta(minutes=1)))
        else:
            self.pass_time(self.dice.choice(minutes))

    def recover(self) -> None:
        """The faults stop, and most clients save good cards. Months of service begin for five days more; then
        20 days pass."""
        self.calm = True
        self.bank.calm_down()
        for client in Client.objects.all():
            in_use = PaymentMethod.objects.filter(client=client, removed_at__isnull=True).first()
            if in_use and in_use.token.startswith("broke") and self.dice.random() < 0.6:
                self.without_money.add(client.pk)
            else:
                world.card(self, client, "good")
                self.by_hand[client.pk] += 1
        for days in WHILE_OPENING:
            self.look_after_all(days)
        self.opened_until = self.now
        Agreement.objects.update(opens_at=None)
        for days in AFTERWARDS[:-1]:
            self.look_after_all(days)
        self.bank.elsewhere.is_over = True  # what was returned before is charged meanwhile
        self.look_after_all(AFTERWARDS[-1])

    def look_after_all(self, days: float) -> None:
        """So many days later webhooks arrive, a person looks after everything, and billing runs."""
        self.pass_time(int(days * 24 * 60))
        if self.storage.went_back:
            self.storage.look_after(self.now)
            persons.try_again(self)
        self.storage.look_after(self.now)
        self.looked_after(lambda: persons.release(self))
        for at, _handle in list(self.bank.hooks):
            if at <= self.now:
                self.hook()
        self.looked_after(self.bill)
        if self.storage.went_back:
            self.storage.look_after(self.now)
            persons.try_again(self)
        if self.bank.elsewhere.returned(self.bank):
            persons.charge_what_was_returned(self)
            self.looked_after(self.bill)

    def bill(self) -> None:
        persons.release(self)
        billing_run.run_billing(now=self.now, door="test")

    def looked_after(self, verb: Callable[[], Any]) -> None:
        """The doubt may come up only now, at each gateway: somebody looks after it, and it goes on."""
        for _ in range(3):
            try:
                verb()
                return
            except StandsStill:
                with suppress(StandsStill):
                    standing.advance(now=self.now)  # the next job notes the doubt
                self.storage.look_after(self.now)
        verb()


@contextmanager
def stage(life: Life) -> Iterator[None]:
    """The bank in its place, the doorbell silent, SQL watched; everything is taken back afterwards."""
    with ExitStack() as stack:
        stack.enter_context(override_settings(GATEWAY=life.bank.name, DEBUG=False))
        # The same seed is the same life again: ids and the clock within a run come from it as well.
        stack.enter_context(patch("os.urandom", random.Random(life.seed).randbytes))
        stack.enter_context(patch("core.database.ids.time_ns", count(10**18, 10**6).__next__))
        stack.enter_context(patch.object(clocks, "started_at", lambda now: lambda: now))
        stack.enter_context(patch.object(collect, "_seconds", lambda: int(life.now.timestamp())))
        stack.enter_context(patch.object(parallel_calls.log, "exception", life.surprised))
        stack.enter_context(nudge.muted())
        stack.enter_context(patch.object(outside, "stores", lambda: [life.storage.outside]))
        bank = gateways.kind(life.bank.name, lambda: life.bank)
        stack.enter_context(gateways.registered(bank))
        with transaction.atomic():
            with connection.execute_wrapper(life.statement):
                yield
            transaction.set_rollback(True)


def simulate(seed: int) -> tuple[Life, list[str]]:
    """One seed: its life, and what was wrong at the end."""
    life = Life(seed)
    with stage(life):
        return life, life.live()
