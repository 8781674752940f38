"""What happens at the simulation's bank without us: refunds and disputes, and keys that are used again.

The account's owner refunds in the bank's own dashboard, refunds wait and fail, cardholders dispute, and the bank
decides. The bank tells of it by webhooks, which may be lost, and lists it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from billing.gateways.base import (
    DisputeOutcome,
    GatewayDispute,
    GatewayRefund,
    GatewayUnknown,
    Outcome,
    RefundOutcome,
)

D, R = DisputeOutcome, RefundOutcome
#: What becomes of a dispute: from one state to the next, days apart.
LIVES = (
    (D.OPEN, D.WON),
    (D.OPEN, D.LOST),
    (D.INQUIRY, D.CLOSED),
    (D.INQUIRY, D.OPEN, D.WON),
    (D.INQUIRY, D.OPEN, D.LOST),
)
WITHDRAWN = (D.OPEN, D.LOST)


@dataclass
class Elsewhere:
    """The refunds' states, the disputes, and the bodies of the requests that keys were used for."""

    states: dict[str, RefundOutcome] = field(default_factory=dict)  # refund key → its state
    made_at: dict[str, datetime] = field(default_factory=dict)  # refund key or dispute → when
    disputes: dict[str, GatewayDispute] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)  # keys of charges, whether they arrived or not
    lost: set[str] = field(default_factory=set)  # those that books which went back cannot know of
    wrong: list[str] = field(default_factory=list)
    is_over: bool = False  # nothing is returned any more

    def used(self, key: str, body: Any, *, again: bool) -> None:
        """A gateway refuses another request under a known key; it must not happen, unless our books forgot the first."""
        if again and self.bodies[key] != body:
            if key in self.lost:
                raise GatewayUnknown("the key is known for another request")
            self.wrong.append(f"{key} was used for {self.bodies[key]} and for {body}")
        self.bodies[key] = body

    def books_went_back(self) -> None:
        """What was sent until now, our books may not know."""
        self.lost |= self.sent

    # --- refunds --------------------------------------------------------------------------------------------

    def left(self, bank: Any, handle: str) -> int:
        """What can still be refunded; a disputed payment cannot."""
        each = bank.found(handle)
        if each is None or each.outcome != Outcome.SUCCEEDED or self._is_disputed(handle):
            return 0
        return int(each.amount) - sum(
            amount
            for key, (whose, amount) in bank.given.items()
            if whose == handle and self.states.get(key) != R.FAILED
        )

    def given(self, bank: Any, key: str) -> None:
        """A refund was made under that key: most are done at once, some wait, and a few fail."""
        self.made_at[key] = bank.now
        self.states[key] = bank.dice.choice([R.SUCCEEDED, R.SUCCEEDED, R.PENDING])
        if self.states[key] == R.PENDING or bank.dice.random() < 0.1:
            end = bank.dice.choice([R.SUCCEEDED, R.FAILED])
            at = bank.now + timedelta(hours=bank.dice.randint(1, 96))
            bank.later.append((at, lambda: self._ends(bank, key, end)))

    def _ends(self, bank: Any, key: str, end: RefundOutcome) -> None:
        self.states[key] = end
        bank._notify(bank.found(bank.given[key][0]))

    def read(self, bank: Any, key: str) -> GatewayRefund:
        handle, amount = bank.given[key]
        ours = "" if key.startswith("there") else key.partition(":")[0]
        currency = bank.found(handle).currency
        return GatewayRefund(f"re_{key}", self.states[key], amount, currency, ours, payment=handle)

    def refunds_since(self, bank: Any, since: datetime) -> Iterator[GatewayRefund]:
        yield from (self.read(bank, key) for key in bank.given if self.made_at[key] >= since)

    # --- disputes -------------------------------------------------------------------------------------------

    def _is_disputed(self, handle: str) -> bool:
        return any(
            each.payment == handle and each.outcome not in (D.WON, D.CLOSED)
            for each in self.disputes.values()
        )

    def _moves(self, bank: Any, handle: str, life: tuple[DisputeOutcome, ...]) -> None:
        self.disputes[handle] = replace(self.disputes[handle], outcome=life[0])
        bank._notify(bank.found(self.disputes[handle].payment))
        if life[1:]:
            at = bank.now + timedelta(hours=bank.dice.randint(1, 200))
            bank.later.append((at, lambda: self._moves(bank, handle, life[1:])))

    def disputes_since(self, since: datetime) -> Iterator[GatewayDispute]:
        yield from (each for each in self.disputes.values() if self.made_at[each.handle] >= since)

    def returns(self, bank: Any, handle: str) -> None:
        """The bank of a direct debit that was paid returns it, days or weeks later, for good."""

        def act() -> None:
            if self.left(bank, handle) and not self.is_over:
                each, name = bank.found(handle), f"dp_{len(self.disputes)}"
                self.made_at[name] = bank.now
                self.disputes[name] = GatewayDispute(
                    name, D.LOST, each.amount, each.currency, "no_money", payment=handle
                )
                bank._notify(each)

        bank.later.append((bank.now + timedelta(hours=bank.dice.randint(1, 900)), act))

    def returned(self, bank: Any, but: Collection[str] = ()) -> list[str]:
        """What the direct debits were for that a bank returned, by itself or because their payer contested them.

        Those under the handles of `but` are left out.
        """
        payments = [
            bank.found(row.payment)
            for row in self.disputes.values()
            if row.outcome == D.LOST and row.payment not in but
        ]
        return [each.reference for each in payments if each.is_debit]

    # --- what people do there -------------------------------------------------------------------------------

    def something(self, bank: Any) -> None:
        """The owner refunds a part of a payment there, or its cardholder disputes it."""
        paid = [handle for handle, *_ in bank.taken if self.left(bank, handle)]
        if not paid:
            return
        handle = bank.dice.choice(paid)
        amount, each = self.left(bank, handle), bank.found(handle)
        if bank.dice.random() < 0.6:
            key = f"there{len(bank.given)}"
            bank.given[key] = (handle, max(1, amount // bank.dice.choice([1, 2, 3])))
            self.given(bank, key)
            bank._notify(each)
        elif amount == each.amount:
            name = f"dp_{len(self.disputes)}"
            self.made_at[name] = bank.now
            self.disputes[name] = GatewayDispute(
                name, D.OPEN, amount, each.currency, "fraudulent", payment=handle
            )
            self._moves(bank, name, bank.dice.choice(LIVES))

    def back(self, bank: Any, currency: str, lost: Collection[str]) -> int:
        """What was sent back to clients for good, but for payments that the books have lost."""
        return sum(
            amount
            for key, (handle, amount) in bank.given.items()
            if self.states[key] == R.SUCCEEDED
            and handle not in lost
            and bank.found(handle).currency == currency
        )

    def withdrawn(self, currency: str, lost: Collection[str]) -> int:
        """What the bank holds or has taken because of disputes over what the books have not lost."""
        return sum(
            each.amount
            for each in self.disputes.values()
            if each.outcome in WITHDRAWN and each.payment not in lost and each.currency == currency
        )
