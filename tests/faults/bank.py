"""Card processors that misbehave on purpose, with ledgers of their own: the judges of the simulation.

Calls get lost on their way (tests/faults/line.py), and idempotency keys are forgotten after a day; cards decline softly
or hard, ask for their owner, or take days. Money moves only in `_take`. One of the processors prepares an object and
confirms it, the other charges in one call.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from billing.gateways.base import (
    Card,
    DirectObject,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    GatewayUnknown,
    Notice,
    Outcome,
    ReportedFee,
    SavedCard,
    Turns,
)
from billing.rules.method_kinds import MethodKind
from tests.faults.elsewhere import Elsewhere
from tests.faults.line import KEY_LIVES, Line

#: What a direct gateway promises (billing.gateways.base.DirectGateway): later than that nothing is carried out any
#: more, and what was carried out is found.
KNOWN_WITHIN = KEY_LIVES - timedelta(minutes=15)
CARDS = (
    "good",
    "good",
    "good",
    "soft",
    "soft_twice",
    "broke",
    "hard",
    "action",
    "slow",
    "slow_fail",
)
#: Bank accounts that are debited: paid after days, refused after days, or returned after they were paid.
DEBITS = ("debit", "debit_fail", "debit_return")
LATE = 0.03  # the share of webhooks that may come a month later


@dataclass
class Object:
    """One payment object on the processor's side."""

    handle: str
    amount: int
    currency: str
    reference: str
    made_at: datetime
    outcome: Outcome = Outcome.NEW
    key: str = ""
    code: str = ""
    token: str = ""  # what it was charged to last
    executed: list[str] = field(default_factory=list)  # the keys it was executed with
    ends_well: bool = True
    is_debit: bool = False
    is_returned: bool = False


@dataclass
class Processor(Line):
    """What both have in common."""

    objects: dict[str, Object] = field(default_factory=dict)
    taken: list[tuple[str, str, int, datetime]] = field(
        default_factory=list
    )  # handle, reference, amount, when
    given: dict[str, tuple[str, int]] = field(default_factory=dict)  # refund key → handle, amount
    keys: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    hooks: list[tuple[datetime, str]] = field(default_factory=list)
    declines: dict[str, int] = field(default_factory=dict)
    swiped: Counter[str] = field(default_factory=Counter)  # how often for each reference
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    tells: Sequence[int] = (
        0,
        1,
        1,
        2,
    )  # how often a webhook tells of one thing, if there is trouble
    name = ""
    in_flight = 1
    per_second = 0
    keys_last = KEY_LIVES
    lag = timedelta(0)  # look-ups and lists miss what is younger

    def keep_to(self, turns: Turns) -> None:
        """There is no limit."""

    def found(self, handle: str) -> Object | None:
        """What is under that handle."""
        return self.objects.get(handle)

    def lookup(self, handle: str) -> GatewayObject:
        raise NotImplementedError

    @property
    def ledger(self) -> list[Object]:
        """Every payment object there is."""
        return list(self.objects.values())

    def _it_is(self, now: datetime) -> None:
        super()._it_is(now)
        self.keys = {
            key: (handle, at) for key, (handle, at) in self.keys.items() if now - at < KEY_LIVES
        }

    def _end(self, each: Object) -> None:
        if each.outcome != Outcome.PROCESSING:
            return
        if each.ends_well:
            self._take(each)
            if each.is_returned:
                self.elsewhere.returns(self, each.handle)
        else:
            each.outcome, each.code = Outcome.DECLINED, "insufficient_funds"
        self._notify(each)

    def _notify(self, each: Object) -> None:
        """Webhooks tell of it, mostly within two days, and now and then after a month."""
        for _ in range(self.dice.choice(self.tells) if self.trouble else 1):
            days = 30 if self.dice.random() < LATE else 2
            minutes = self.dice.randint(0, days * 24 * 60)
            self.hooks.append((self.now + timedelta(minutes=minutes), each.handle))

    def tell_nonsense(self) -> None:
        """A webhook names an object that nobody made, or one of which there is nothing to tell."""
        made = [each.handle for each in self.ledger]
        handle = self.dice.choice([*made, "nobody_made_it", ""])
        self.hooks.append((self.now, handle))

    def _take(self, each: Object) -> None:
        """The only place where money moves."""
        each.outcome = Outcome.SUCCEEDED
        self.taken.append((each.handle, each.reference, each.amount, self.now))

    # --- the interface --------------------------------------------------------------------------------------

    def _swipe(self, each: Object, token: str) -> None:
        kind, each.token = token.partition(":")[0], token
        self.swiped[each.reference] += 1
        before = self.declines.get(token, 0)
        if (
            kind in ("hard", "broke")
            or (kind == "soft" and before < 9)
            or (kind == "soft_twice" and before < 2)
        ):
            self.declines[token] = before + 1
            each.outcome = Outcome.DECLINED
            each.code = "lost_card" if kind == "hard" else "insufficient_funds"
        elif kind == "action":
            each.outcome = Outcome.REQUIRES_ACTION
            if self.dice.random() < 0.7:
                at = self.now + timedelta(hours=self.dice.randint(1, 100))
                self.later.append((at, lambda: self._confirmed(each)))
        elif kind in ("slow", "slow_fail", *DEBITS):
            each.outcome = Outcome.PROCESSING
            each.ends_well = kind not in ("slow_fail", "debit_fail") or before > 0
            each.is_debit, each.is_returned = kind in DEBITS, kind == "debit_return"
            ends_at = self.now + timedelta(hours=self.dice.randint(1, 120))
            self.later.append((ends_at, lambda: self._end(each)))
            self.declines[token] = before + 1
        else:
            self._take(each)

    def _confirmed(self, each: Object) -> None:
        if each.outcome == Outcome.REQUIRES_ACTION:
            self._take(each)
            self._notify(each)

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        def act() -> None:
            self.elsewhere.used(key, (handle, amount), again=key in self.keys)
            if key not in self.keys and amount <= self.elsewhere.left(self, handle):
                self.keys[key] = (handle, self.now)
                made = f"{key}:{len(self.given)}"
                self.given[made] = (handle, amount)
                self.elsewhere.given(self, made)

        self._way(act, key=key)

    def refunds(self, handle: str) -> list[GatewayRefund]:
        def act() -> list[GatewayRefund]:
            return [
                self.elsewhere.read(self, key)
                for key, (whose, _amount) in self.given.items()
                if whose == handle
            ]

        found = self._way(act)
        assert isinstance(found, list)
        return found

    def disputes(self, handle: str) -> list[GatewayDispute]:
        def act() -> list[GatewayDispute]:
            found = self.elsewhere.disputes.values()
            return [each for each in found if each.payment == handle]

        found = self._way(act)
        assert isinstance(found, list)
        return found

    def fees(self, handle: str) -> list[ReportedFee]:
        """It takes nothing, and says nothing."""
        return []

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        def act() -> list[GatewayObject]:
            rows = [each for each in self.ledger if each.made_at >= since]
            return [self._read(each) for each in rows if self.now - each.made_at >= self.lag]

        listed = self._way(act)
        assert isinstance(listed, list)
        return iter(listed)

    def _read(self, each: Object) -> GatewayObject:
        """What a look-up says of the object."""
        raise NotImplementedError

    def detach(self, token: str) -> None:
        """Cards are never forgotten here: a late request may still name one."""

    def saved_card(self, token: str) -> SavedCard | None:
        return SavedCard("Visa", "4242", date(2030, 1, 31))

    def refunds_since(self, since: datetime) -> Iterator[GatewayRefund]:
        return self.elsewhere.refunds_since(self, since)

    def disputes_since(self, since: datetime) -> Iterator[GatewayDispute]:
        return self.elsewhere.disputes_since(since)

    def debits(self) -> list[MethodKind]:
        return [MethodKind.ACH]

    def setup_url(
        self, *, customer: str, return_url: str, debits: Sequence[MethodKind] = ()
    ) -> str:
        raise NotImplementedError

    def setup_result(self, session: str) -> Card:
        raise NotImplementedError

    def verify_webhook(self, *, body: bytes, signature: str, now: datetime) -> Notice:
        raise NotImplementedError

    def clock(self) -> datetime:
        self.refuse()
        return self.now


class Bank(Processor):
    """The processor that prepares and confirms."""

    name = "bank"

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        def act() -> str:
            self.elsewhere.used(key, (amount, currency, reference), again=key in self.keys)
            if key in self.keys:
                return self.keys[key][0]
            handle = f"pi_{len(self.objects)}_{uuid.UUID(int=self.dice.getrandbits(128)).hex[:6]}"
            self.objects[handle] = Object(handle, amount, currency, reference, self.now)
            self.keys[key] = (handle, self.now)
            return handle

        return str(self._way(act, key=key))

    def execute(self, *, handle: str, key: str, token: str) -> None:
        def act() -> None:
            each = self.objects[handle]
            self.elsewhere.used(key, (handle, token), again=key in self.keys)
            if key in self.keys or each.outcome not in (Outcome.NEW, Outcome.DECLINED):
                return
            if self.dice.random() < self.trouble / 4:  # between naming the charge and confirming
                each.key, each.code, each.outcome = key, "", Outcome.NEW
                raise GatewayUnknown("only named")
            self.keys[key] = (handle, self.now)
            each.key, each.code = key, ""
            each.executed.append(key)
            self._swipe(each, token)
            self._notify(each)

        self._charge(act, self.objects[handle].reference, key=key)

    def _read(self, each: Object) -> GatewayObject:
        return GatewayObject(
            each.handle,
            each.outcome,
            each.amount,
            each.currency,
            each.key,
            each.code,
            "",
            each.reference,
            each.made_at,
            each.token,
        )

    def lookup(self, handle: str) -> GatewayObject:
        found = self._way(lambda: self._read(self.objects[handle]))
        assert isinstance(found, GatewayObject)
        return found

    def cancel(self, handle: str) -> None:
        def act() -> None:
            each = self.objects[handle]
            if each.outcome in (Outcome.NEW, Outcome.DECLINED, Outcome.REQUIRES_ACTION):
                each.outcome = Outcome.CANCELLED
                self._notify(each)

        self._way(act)


@dataclass
class DirectBank(Processor):
    """The processor that charges in one call.

    The key of a call is on the charge that it made; with a key that was forgotten a second one is made.
    """

    name = "direct_bank"
    mishaps = (
        "lost request",
        "lost answer",
        "error before",
        "stored error",
        "too many",
        "zombie",
        "zombie",
        "zombie",
    )

    def __post_init__(self) -> None:
        self.lag = timedelta(minutes=self.dice.choice([0, 0, 5, 60]))
        self.latest = KNOWN_WITHIN - self.lag

    def found(self, handle: str) -> Object | None:
        """The charge under that key: one that took money, or else the latest."""
        under = [each for each in self.objects.values() if each.handle == handle]
        took = [each for each in under if each.outcome == Outcome.SUCCEEDED]
        return (took or under or [None])[-1]

    def _listed(self, handle: str) -> Object | None:
        each = self.found(handle)
        return each if each and self.now - each.made_at >= self.lag else None

    def charge(
        self,
        *,
        handle: str,
        amount: int,
        currency: str,
        reference: str,
        customer: str,
        token: str,
    ) -> None:
        def act() -> None:
            body = (amount, currency, reference, token)
            self.elsewhere.used(handle, body, again=handle in self.keys)
            if handle in self.keys:
                return
            self.keys[handle] = (handle, self.now)
            each = Object(handle, amount, currency, reference, self.now, executed=[handle])
            self.objects[f"ch_{len(self.objects)}"] = each
            self._swipe(each, token)
            self._notify(each)

        self.elsewhere.sent.add(handle)
        self._charge(act, reference, key=handle, may_last=False)

    def _read(self, each: Object) -> DirectObject:
        return DirectObject(
            each.handle,
            each.outcome,
            each.amount,
            each.currency,
            code=each.code,
            reference=each.reference,
            created_at=each.made_at,
            token=each.token,
        )

    def lookup(self, handle: str) -> DirectObject:
        def act() -> DirectObject:
            each = self._listed(handle)
            return self._read(each) if each else DirectObject(handle, Outcome.NEW, 0, "")

        found = self._way(act)
        assert isinstance(found, DirectObject)
        return found

    def cancel(self, handle: str) -> None:
        def act() -> None:
            each = self._listed(handle)
            if each and each.outcome == Outcome.REQUIRES_ACTION:
                each.outcome = Outcome.CANCELLED
                self._notify(each)

        self._way(act)
