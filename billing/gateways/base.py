"""What every gateway can do. Only `execute` and `refund` move money; outcomes are only ever read back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What a fetched object says of its latest execution."""

    NEW = "new"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class GatewayObject:
    """One object as it stands at the gateway now; amounts are minor units.

    `key` is the Charge id of the latest execution, `action_url` where the client confirms a charge that waits
    for them, `reference` the invoice id it was prepared with.
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


class RefundOutcome(StrEnum):
    """What a fetched refund says."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class GatewayRefund:
    """One refund as it stands at the gateway now. `key` is the id of our Refund, "" where it was made elsewhere."""

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
    """A charge the cardholder contests; `answer_by` is the last instant for evidence."""

    handle: str
    outcome: DisputeOutcome
    amount: int
    currency: str
    reason: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True)
class Card:
    """A card that was saved at the gateway's own page: what may be shown of it, and the gateway's name for it."""

    customer: str
    token: str
    brand: str
    last4: str
    expires_on: date


@dataclass(frozen=True)
class Notice:
    """A genuine webhook: its id, and the payment object it is about ("" where it is about none)."""

    event_id: str
    handle: str


class GatewayUnknown(Exception):
    """No answer, a lost line, a 409, a 429, a 5xx: the call may or may not have been carried out."""


class Gateway(Protocol):
    """Errors of any call: GatewayUnknown. None of them is ever taken for a failure (rule 21).

    `in_flight` is how many calls one process may have open at once; 1: calls run one after the other, in the
    caller's thread. `per_second` is the limit of the gateway's documentation; 0: none.
    """

    name: str
    in_flight: int
    per_second: int

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        """Create the single-shot object unconfirmed and return its handle; the same key gives the same one.

        `customer` is our Client's id, `reference` our Invoice's.
        """

    def execute(self, *, handle: str, key: str, token: str) -> None:
        """Take the money from that card: the only call that takes any. The answer is not looked at."""

    def lookup(self, handle: str) -> GatewayObject:
        """The object as it stands now."""

    def cancel(self, handle: str) -> None:
        """Ask that it never take money. Whether that came in time is what `lookup` says afterwards."""

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        """Give back minor units of a succeeded object; the same key gives back once. The answer is not looked at."""

    def refunds(self, handle: str) -> list[GatewayRefund]:
        """Every refund of an object as it stands now."""

    def disputes(self, handle: str) -> list[GatewayDispute]:
        """Every dispute of an object as it stands now."""

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        """Every payment object made at or after `since`, as it stands now."""

    def setup_url(self, *, customer: str, return_url: str) -> str:
        """Where the client saves a card, on the gateway's own page; it comes back to `return_url?session=…`."""

    def setup_result(self, session: str) -> Card:
        """The card of a session that came back. Raises BadSession."""

    def detach(self, token: str) -> None:
        """Forget a card; one that is forgotten already is no error."""

    def verify_webhook(self, *, body: bytes, signature: str, now: datetime) -> Notice:
        """A genuine notice that is not too old; ValueError for any other."""

    def clock(self) -> datetime:
        """What the gateway's clock says, to the second."""
