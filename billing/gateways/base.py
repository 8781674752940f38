"""What a gateway is: the calls that charging makes, what they answer, and how a gateway describes itself.

A gateway has one of two capabilities. A *prepared* gateway creates a payment object unconfirmed and confirms it
later; the object exists before any money can move. A *direct* gateway charges in one call with an idempotency key;
the key is the handle, and there is no object before the charge. Only `execute`, `charge` and `refund` move money,
and their answers are never looked at: outcomes are only read back by `lookup` (docs/charging.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from django import forms
    from typing_extensions import TypeIs

    from billing.models import GatewayAccount


class Outcome(StrEnum):
    """What a fetched object says of its latest execution. NEW: it was not executed, or it does not exist."""

    NEW = "new"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class GatewayObject:
    """One payment object as it stands at the gateway now; amounts are minor units.

    `key` is the id of the Charge that was executed last, `code` the gateway's code of a decline, `action_url` the
    page on which the client confirms a charge that waits for them, `reference` the id of our Invoice.
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


@dataclass(frozen=True)
class DirectObject(GatewayObject):
    """What a direct gateway holds under one handle: a single execution, so that a decline ends it.

    NEW means that the gateway holds nothing under the handle; amount and currency are then 0 and "". `asked_at` is
    what the gateway's clock said before the look-up, where that was asked as well.
    """

    asked_at: datetime | None = None


class RefundOutcome(StrEnum):
    """What a fetched refund says."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class GatewayRefund:
    """One refund as it stands at the gateway now; `amount` is minor units.

    `key` is the id of our Refund, or "" where the refund was made elsewhere.
    """

    handle: str
    outcome: RefundOutcome
    amount: int
    currency: str
    key: str = ""
    code: str = ""


class DisputeOutcome(StrEnum):
    """What a fetched dispute says. While it is OPEN the money is gone from the account."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class GatewayDispute:
    """A payment that the cardholder contests; `answer_by` is the last instant for evidence."""

    handle: str
    outcome: DisputeOutcome
    amount: int
    currency: str
    reason: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True)
class Card:
    """A card that was saved on the gateway's own page.

    `customer` is the id of our Client, `token` the gateway's name of the card.
    """

    customer: str
    token: str
    brand: str
    last4: str
    expires_on: date


@dataclass(frozen=True)
class Notice:
    """A genuine webhook: its id, and the handle of the payment object it is about ("" where it is about none)."""

    event_id: str
    handle: str


class GatewayUnknown(Exception):
    """No answer, a lost line, a 409, a 429, a 5xx: the call may or may not have been carried out."""


class CardGateway(Protocol):
    """What every gateway can do. Any call may raise GatewayUnknown, which is never taken for a failure (rule 21).

    `in_flight` is how many calls one process may have open at once; 1: calls run one after the other, in the
    caller's thread. `per_second` is the limit in the gateway's documentation; 0: none. `keys_last` is how long the
    gateway surely recognises an idempotency key that it has seen.
    """

    name: str
    in_flight: int
    per_second: int
    keys_last: timedelta

    def lookup(self, handle: str) -> GatewayObject:
        """Fetch the object as it stands now."""

    def cancel(self, handle: str) -> None:
        """Ask that the object never take money. Whether that came in time is what `lookup` says afterwards."""

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        """Give back minor units of a succeeded object; the same key gives back once. The answer is not looked at."""

    def refunds(self, handle: str) -> list[GatewayRefund]:
        """List every refund of an object as it stands now."""

    def disputes(self, handle: str) -> list[GatewayDispute]:
        """List every dispute of an object as it stands now."""

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        """List every payment object made at or after `since`, as it stands now.

        An object of a direct gateway that carries no key of ours has the gateway's own id as its handle.
        """

    def setup_url(self, *, customer: str, return_url: str) -> str:
        """Return the gateway's own page where the client saves a card; it comes back to `return_url?session=…`."""

    def setup_result(self, session: str) -> Card:
        """Return the card of a session that came back. Raises BadSession."""

    def detach(self, token: str) -> None:
        """Forget a card; one that is forgotten already is no error."""

    def verify_webhook(self, *, body: bytes, signature: str, now: datetime) -> Notice:
        """Return what a genuine webhook that is not too old is about. Raises ValueError for any other."""

    def clock(self) -> datetime:
        """Return what the gateway's clock says, to the second."""


class PreparedGateway(CardGateway, Protocol):
    """Creates a single-shot object unconfirmed, then confirms it: confirming it twice cannot take money twice."""

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        """Create the object unconfirmed and return its handle; the same key gives the same object.

        `amount` is minor units, `reference` our Invoice's id, `customer` our Client's id. Raises CannotCharge.
        """

    def execute(self, *, handle: str, key: str, token: str) -> None:
        """Take the money from the card `token`. `key` is the Charge's id, and `lookup` names it afterwards."""


class DirectGateway(CardGateway, Protocol):
    """Charges in one call. The idempotency key is a key of ours, and is the handle of what it charges.

    `keys_last` must be longer, by a quarter of an hour, than a request can be on its way and `lookup` can miss what
    it made. Both ends of the protocol rest on that (docs/decisions/0017-a-direct-gateway-is-known-by-our-key.md).
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
        """Take minor units from the card `token`; the same handle again takes nothing more within `keys_last`.

        The handle is kept on what the call makes, so that `lookup` finds it. `reference` is our Invoice's id,
        `customer` our Client's id. Raises CannotCharge where the gateway surely refused the sum.
        """

    def lookup(self, handle: str) -> DirectObject:
        """Find what was charged under this handle; an object with Outcome.NEW where there is nothing.

        Where there are several, one that took money is the answer, and otherwise the latest.
        """


Gateway = PreparedGateway | DirectGateway


def is_direct(gateway: Gateway) -> TypeIs[DirectGateway]:
    """Whether one call charges, or an object is prepared first."""
    return hasattr(gateway, "charge")


@dataclass(frozen=True)
class ConnectCard:
    """How a business connects its account on the settings page.

    `form` is a Django form; what it cleaned goes to `connect(business=…, now=…, **cleaned)`, which tries the key,
    keeps it (billing.gateways.accounts.keep) and raises RuleError. `template` says what else to do once an account
    is connected, with `account` in its context.
    """

    form: Callable[[], type[forms.BaseForm]]
    connect: Callable[..., GatewayAccount]
    template: str


@dataclass(frozen=True)
class GatewayKind:
    """What the registry knows of a gateway before an account of it is used.

    `name` stands on accounts, cards, collections and payments, and is never changed; `label` is shown to people.
    `build` makes the gateway from a business's account, or from None where `is_shared`: the installation has one
    account for all businesses then, and nobody connects one. `is_pretended`: no real money moves, so the gateway is
    refused where CHARGING is real. `is_hard` says of a decline code whether the same card cannot succeed any more (a
    code that nobody knows is soft), `smallest` what a card can be charged at least in a currency, in minor units.
    """

    name: str
    label: str
    build: Callable[[GatewayAccount | None], Gateway]
    is_hard: Callable[[str], bool]
    smallest: Callable[[str], int]
    card: ConnectCard | None = None
    is_shared: bool = False
    is_pretended: bool = False
    address: str = ""  # where the folder's urls.py answers; "" is hooks/<name>/
    #: Of a gateway that pretends: (customer=, behaviour=, expires_on=) → the session of a card saved on its page.
    save_test_card: Callable[..., str] | None = None
