"""The interface of payment gateways: the calls, their answers, and how a gateway describes itself.

A gateway has one of two capabilities. A *prepared* gateway creates a payment object unconfirmed and
confirms it later; the object exists before any money can move. A *direct* gateway charges in one
call with an idempotency key; the key is the handle, and there is no object before the charge. Only
`execute`, `charge` and `refund` move money. They return nothing: outcomes are only read by `lookup`
(docs/charging.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from billing.rules.method_kinds import MethodKind
from billing.rules.states import FeeOf

if TYPE_CHECKING:
    from django import forms
    from typing_extensions import TypeIs

    from billing.models import GatewayAccount


class Outcome(StrEnum):
    """State of a fetched object's latest execution. NEW: not executed, or it does not exist.

    PROCESSING: the bank has it. A direct debit stays so for days, and then succeeds or is declined.
    """

    NEW = "new"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class GatewayObject:
    """A payment object in its present state at the gateway; `amount` is in minor units.

    `key` is the id of the Charge that was executed last, `code` the gateway's code of a decline,
    `action_url` the page on which the client confirms the charge, `reference` says what it
    is for (billing.models.Invoice.reference), and `token` is the card or account that was charged
    last (billing.models.PaymentMethod.token), "" if none was.
    """

    handle: str
    outcome: Outcome
    amount: int
    currency: str
    key: str = ""
    code: str = ""
    action_url: str = ""
    reference: str = ""
    created_at: datetime | None = None
    token: str = ""


@dataclass(frozen=True)
class DirectObject(GatewayObject):
    """What a direct gateway has under one handle: a single execution, which a decline ends.

    NEW means that the gateway has nothing under the handle; amount and currency are then 0 and "".
    `asked_at` is the gateway's time before the look-up, if that was asked as well.
    """

    asked_at: datetime | None = None


class RefundOutcome(StrEnum):
    """Outcome of a fetched refund."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class GatewayRefund:
    """A refund in its present state at the gateway; `amount` is in minor units.

    `key` is the id of our Refund, or "" if the refund was made elsewhere. `payment` is the handle
    of the payment object.
    """

    handle: str
    outcome: RefundOutcome
    amount: int
    currency: str
    key: str = ""
    code: str = ""
    payment: str = ""


class DisputeOutcome(StrEnum):
    """Outcome of a fetched dispute. While it is OPEN, the money is withdrawn from the account.

    INQUIRY and CLOSED take no money: the bank only asks, or has asked.
    """

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


@dataclass(frozen=True)
class GatewayDispute:
    """A payment that the cardholder disputes; `amount` is in minor units.

    A direct debit that the bank returns after it succeeded is LOST, mostly from the beginning.
    `answer_by` is the last instant for submitting evidence, `payment` the handle of the payment
    object.
    """

    handle: str
    outcome: DisputeOutcome
    amount: int
    currency: str
    reason: str = ""
    answer_by: datetime | None = None
    payment: str = ""


@dataclass(frozen=True)
class ReportedFee:
    """What a gateway took for one movement of money, as it reports it; it never changes.

    `handle` is the gateway's id of the movement. `amount` is in minor units of `currency`, that of
    the account, which may be another than the payment's; below 0 it was given back. `moved` of the
    payment's currency became `settled` of the account's, both in minor units; 0 if the gateway does
    not say. `parts` are its own words for parts of the fee, with their amounts.
    """

    handle: str
    of: FeeOf
    amount: int
    currency: str
    taken_at: datetime
    moved: int = 0
    settled: int = 0
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Card:
    """A card, or a bank account to debit, that was saved on the gateway's page.

    `customer` is the id of our Client, `token` the gateway's id of the card. A bank account does
    not expire; the client has authorised its debits there.
    """

    customer: str
    token: str
    brand: str
    last4: str
    expires_on: date | None
    kind: MethodKind = MethodKind.CARD


class About(StrEnum):
    """What a webhook says has changed: of a payment object, or a saved card.

    It decides only what the gateway is asked for, never what is stored. ANYTHING is for gateways
    that do not say.
    """

    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    CARD = "card"
    ANYTHING = ""


@dataclass(frozen=True)
class SavedCard:
    """A saved card as it is at the gateway now: banks replace cards that run out or were lost."""

    brand: str
    last4: str
    expires_on: date | None


@dataclass(frozen=True)
class Notice:
    """A verified webhook: its id, and the handle of its payment object, or the id of its card.

    The handle is "" if it is about neither.
    """

    event_id: str
    handle: str
    about: About = About.ANYTHING


class GatewayUnknown(Exception):
    """No answer, a lost connection, 409, 429 or 5xx: the call may have been carried out or not."""


class Turns(Protocol):
    """Spreads the requests of all workers over time (billing.gateways.pace)."""

    def wait(self) -> None:
        """Sleep until the next request may be made. Raises GatewayUnknown if that is long."""

    def pause(self, seconds: int) -> None:
        """Let no worker make a request for so long, because the gateway said so."""


class CardGateway(Protocol):
    """The calls of every gateway. Each may raise GatewayUnknown, which is no failure (rule 21).

    `in_flight` is how many calls one process may make at once; with 1 they run one after the other
    in the caller's thread. `per_second` is how many requests a second the gateway's documentation
    allows; 0 means that there is no limit. `keys_last` is how long the gateway is certain to
    recognise an idempotency key.
    """

    name: str
    in_flight: int
    per_second: int
    keys_last: timedelta

    def keep_to(self, turns: Turns) -> None:
        """Call `turns.wait()` before each request, and `turns.pause` when one is refused.

        It is called once if there is a limit, before any other call.
        """

    def lookup(self, handle: str) -> GatewayObject:
        """Fetch the object in its present state."""

    def cancel(self, handle: str) -> None:
        """Ask that the object never take money. `lookup` tells whether that came in time."""

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        """Refund `amount` (minor units) of a succeeded object, once per key. Returns no outcome."""

    def refunds(self, handle: str) -> list[GatewayRefund]:
        """Return every refund of an object, in its present state."""

    def disputes(self, handle: str) -> list[GatewayDispute]:
        """Return every dispute of an object, in its present state."""

    def fees(self, handle: str) -> list[ReportedFee]:
        """Return what the gateway took for a succeeded object, its refunds and its disputes.

        Only what it reports: the list is empty as long as it says nothing. Nothing is computed.
        """

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        """Yield every payment object created at or after `since`, in its present state.

        If an object of a direct gateway has no key of ours, its handle is the gateway's own id.
        """

    def refunds_since(self, since: datetime) -> Iterator[GatewayRefund]:
        """Yield every refund created at or after `since`, whoever made it."""

    def disputes_since(self, since: datetime) -> Iterator[GatewayDispute]:
        """Yield every dispute created at or after `since`."""

    def debits(self) -> list[MethodKind]:
        """Return the direct debits that the account can take at present."""

    def setup_url(
        self, *, customer: str, return_url: str, debits: Sequence[MethodKind] = ()
    ) -> str:
        """Return the gateway's page for saving a card; it returns to `return_url?session=…`.

        There the client can authorise one of these direct debits instead.
        """

    def setup_result(self, session: str) -> Card:
        """Return the card of a completed session. Raises BadSession."""

    def saved_card(self, token: str) -> SavedCard | None:
        """Return a saved card in its present state; None if it was removed at the gateway."""

    def detach(self, token: str) -> None:
        """Delete a saved card; a card that was deleted already is no error."""

    def verify_webhook(self, *, body: bytes, signature: str, now: datetime) -> Notice:
        """Return what a webhook is about. Raises ValueError if it is not genuine, or too old."""

    def clock(self) -> datetime:
        """Return the time of the gateway's clock, to the second."""


class PreparedGateway(CardGateway, Protocol):
    """Creates a single-shot object unconfirmed, then confirms it; a second time takes no money."""

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        """Create the object unconfirmed and return its handle; once per key.

        `amount` is in minor units, `reference` an Invoice's `reference`, `customer` our Client's
        id. Raises CannotCharge.
        """

    def execute(self, *, handle: str, key: str, token: str) -> None:
        """Charge the card `token`. `key` is the Charge's id, which `lookup` reports afterwards."""


class DirectGateway(CardGateway, Protocol):
    """Charges in one call. The idempotency key is ours, and is the handle of what it charges.

    `keys_last` must be longer, by a quarter of an hour, than a request can be on its way and
    `lookup` can miss what it created. The whole protocol relies on that
    (docs/decisions/0017-a-direct-gateway-is-known-by-our-key.md).
    """

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
        """Charge the card `token`. The same handle takes nothing more within `keys_last`.

        Another card or sum under a known handle must raise GatewayUnknown: after the database went
        back, our books may not know what was sent before, and a look-up finds it.
        The handle is stored on the charge, so that `lookup` finds it. `amount` is in minor units,
        `reference` an Invoice's `reference`, `customer` our Client's id. Raises CannotCharge if it
        has certainly refused the amount.
        """

    def lookup(self, handle: str) -> DirectObject:
        """Return what was charged under this handle, with Outcome.NEW if there is nothing.

        If there are several charges, the one that took money is returned, and otherwise the latest.
        """


Gateway = PreparedGateway | DirectGateway


def is_direct(gateway: Gateway) -> TypeIs[DirectGateway]:
    """Whether the gateway charges in one call, instead of preparing an object first."""
    return hasattr(gateway, "charge")


@dataclass(frozen=True)
class ConnectCard:
    """How a business connects its account on the settings page.

    `form` is a Django form; its cleaned data goes to `connect(business=…, by=…, now=…, **cleaned)`,
    which tries the key, stores it (billing.gateways.accounts.keep) and raises RuleError. Raised as
    OtherAccount, its text goes to the form's `ask`, which shows it beside a box for `confirmed`.
    `template` shows what else to do once an account is connected, with `account` in its context.
    """

    form: Callable[[], type[forms.BaseForm]]
    connect: Callable[..., GatewayAccount]
    template: str


@dataclass(frozen=True)
class GatewayKind:
    """What the registry knows about a gateway.

    `name` is stored on accounts, cards, collections and payments, and never changes; `label` is
    shown to people. `build` makes the gateway from a business's account. With `is_shared`, the
    installation has one account for all businesses, and `build` gets None. With `is_pretended`, no
    real money moves, so the gateway is refused while CHARGING is real. `is_hard` tells whether a
    decline code means that the card can never succeed (an unknown code is soft). `smallest` returns
    the smallest amount that a card can be charged in a currency, in minor units. `debits` are the
    direct debits of a gateway that `is_shared`; an account has its own.
    """

    name: str
    label: str
    build: Callable[[GatewayAccount | None], Gateway]
    is_hard: Callable[[str], bool]
    smallest: Callable[[str], int]
    card: ConnectCard | None = None
    is_shared: bool = False
    is_pretended: bool = False
    debits: Sequence[MethodKind] = ()
    address: str = ""  # the URL prefix of the folder's urls.py; "" means hooks/<name>/
    #: Only of a sandbox: (customer=, behaviour=, expires_on=) → session of the saved test card.
    save_test_card: Callable[..., str] | None = None
