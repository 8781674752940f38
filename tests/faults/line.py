"""The way to the simulation's bank: requests and answers that get lost, are late, or are refused.

A request without an answer was carried out, will be hours later, or never. The bank may answer a key with the same error
for as long as it knows the key. It refuses a second request under a key while the first is under way (409), every
request while it wants to be left alone (429), and every one while its account is disconnected.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from billing.gateways.base import GatewayUnknown
from billing.rules.errors import NotConnected

KEY_LIVES = timedelta(hours=24)
LEFT_ALONE = (1, 5, 60)  # minutes that the bank wants to be left alone
NEVER = datetime.min.replace(tzinfo=UTC)


def _at(due: tuple[datetime, Callable[[], None]]) -> datetime:
    return due[0]


@dataclass
class Line:
    """What carries requests to a bank, and its clock.

    `now` is set by the simulation; `trouble` is the share of calls that go wrong; `between` is what happens while a
    call is on its way, and is told whether that may take any time.
    """

    dice: random.Random
    now: datetime
    trouble: float = 0
    between: Callable[[bool], None] = lambda may_last: None
    later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    errors: dict[str, datetime] = field(
        default_factory=dict
    )  # keys answered with an error, and when
    under_way: set[str] = field(default_factory=set)  # keys of requests on their way
    busy_until: datetime = NEVER
    disconnected_until: datetime = NEVER
    lost_sight_of = ""  # the invoice of the last charge that got no answer
    lost_sight_at = NEVER
    latest = timedelta(hours=30)  # that a request arrives after it was given up
    mishaps = (
        "lost request",
        "lost answer",
        "error before",
        "error after",
        "stored error",
        "too many",
        "zombie",
    )

    @property
    def silent_about(self) -> str:
        """The invoice whose charge got no answer during the last day, or ""."""
        return self.lost_sight_of if self.now - self.lost_sight_at < KEY_LIVES else ""

    def disconnect(self) -> None:
        """The owner withdraws the key, and gives the installation a new one some hours later."""
        self.disconnected_until = self.now + timedelta(hours=self.dice.randint(1, 60))

    def calm_down(self) -> None:
        """Nothing goes wrong on the way any more, except what has begun to."""
        self.trouble, self.busy_until, self.disconnected_until = 0, NEVER, NEVER

    def refuse(self) -> None:
        """Raise what the bank answers while it takes no request at all."""
        if self.now < self.disconnected_until:
            raise NotConnected("401")
        if self.now < self.busy_until:
            raise GatewayUnknown("429")

    def _way(self, act: Callable[[], object], *, key: str = "", may_last: bool = True) -> object:
        """Carry a request out, or lose it or its answer, or carry it out hours later, or refuse it."""
        if key in self.under_way:
            raise GatewayUnknown("409")
        self.under_way |= {key} - {""}
        try:
            self.between(may_last)
            self.refuse()
            if key in self.errors:
                raise GatewayUnknown("the same error again")
            if self.dice.random() < self.trouble:
                self._go_wrong(act, key)
            return act()
        finally:
            self.under_way.discard(key)

    def _go_wrong(self, act: Callable[[], object], key: str) -> None:
        how = self.dice.choice(self.mishaps)
        if how in ("lost answer", "error after") or (
            how == "stored error" and self.dice.random() < 0.5
        ):
            act()
        if how == "stored error" and key:
            self.errors[key] = self.now
        if how == "too many":
            self.busy_until = self.now + timedelta(minutes=self.dice.choice(LEFT_ALONE))
        if how == "zombie":
            minutes = self.dice.randint(1, self.latest // timedelta(minutes=1))
            self.later.append((self.now + timedelta(minutes=minutes), lambda: self._quiet(act)))
        raise GatewayUnknown(how)

    def _charge(
        self, act: Callable[[], object], reference: str, *, key: str, may_last: bool = True
    ) -> None:
        try:
            self._way(act, key=key, may_last=may_last)
        except GatewayUnknown:
            self.lost_sight_of, self.lost_sight_at = reference, self.now
            raise

    def _quiet(self, act: Callable[[], object]) -> None:
        with suppress(GatewayUnknown):
            act()

    def pass_time(self, now: datetime) -> None:
        """Late requests arrive and slow cards end, each at its own time; keys are forgotten."""
        while due := min((each for each in self.later if each[0] <= now), key=_at, default=None):
            self.later.remove(due)
            self._it_is(max(self.now, due[0]))
            due[1]()
        self._it_is(now)

    def _it_is(self, now: datetime) -> None:
        self.now = now
        self.errors = {key: at for key, at in self.errors.items() if now - at < KEY_LIVES}
