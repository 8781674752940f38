"""What every gateway can do. Only `execute` moves money; outcomes are only ever read back with `lookup`."""

from dataclasses import dataclass
from datetime import date
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
    """One object as it stands at the gateway now. `key` is the Charge id of the latest execution."""

    handle: str
    outcome: Outcome
    amount: int
    currency: str
    key: str = ""
    code: str = ""


@dataclass(frozen=True)
class Card:
    """A card that was saved at the gateway's own page: what may be shown of it, and the gateway's name for it."""

    customer: str
    token: str
    brand: str
    last4: str
    expires_on: date


class GatewayUnknown(Exception):
    """No answer, a lost line, a 5xx: the call may or may not have been carried out."""


class Gateway(Protocol):
    """Errors of any call: GatewayUnknown. None of them is ever taken for a failure (rule 21)."""

    name: str

    def prepare(self, *, key: str, amount: int, currency: str, reference: str) -> str:
        """Create the single-shot object unconfirmed and return its handle; the same key gives the same one."""

    def execute(self, *, handle: str, key: str, token: str) -> None:
        """Take the money from that card: the only call that moves any. The answer is not looked at."""

    def lookup(self, handle: str) -> GatewayObject:
        """The object as it stands now."""

    def setup_url(self, *, customer: str, return_url: str) -> str:
        """Where the client saves a card, on the gateway's own page; it comes back to `return_url?session=…`."""

    def setup_result(self, session: str) -> Card:
        """The card of a session that came back. Raises BadSession."""

    def verify_webhook(self, *, body: bytes, signature: str) -> tuple[str, str]:
        """(event id, handle) of a genuine notice; ValueError for any other."""
