"""The Stripe gateway: Stripe's official client, one per account, without automatic retries."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import stripe
from django.utils.translation import gettext as _

from billing.gateways.base import (
    About,
    Card,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    GatewayUnknown,
    Notice,
    ReportedFee,
    SavedCard,
    Turns,
)
from billing.gateways.stripe import reading
from billing.gateways.stripe.in_turn import InTurn
from billing.rules.errors import BadSession, CannotCharge, NotConnected
from billing.rules.method_kinds import MethodKind
from core import links

TIMEOUT = (3, 20)  # seconds to connect and to answer
HOOK_AGE = timedelta(minutes=5)
#: Of these, Stripe allows what the account and the currency can take.
METHODS = [kind.value for kind in MethodKind]
#: The capability of an account that lets it take a direct debit:
#: https://docs.stripe.com/connect/account-capabilities#payment-methods
CAPABILITIES = {
    MethodKind.SEPA: "sepa_debit_payments",
    MethodKind.BACS: "bacs_debit_payments",
    MethodKind.ACH: "us_bank_account_ach_payments",
}
#: What a webhook can be about, and the field that names its PaymentIntent, or its card.
ABOUT = {
    "payment_intent": About.CHARGE,
    "charge": About.CHARGE,
    "refund": About.REFUND,
    "dispute": About.DISPUTE,
    "payment_method": About.CARD,
}
INTENT_FIELD = {"payment_intent": "id", "payment_method": "id"} | dict.fromkeys(
    ("charge", "refund", "dispute"), "payment_intent"
)


class Stripe:
    """A prepared gateway: one PaymentIntent per invoice.

    `secret` is the account's API key, `webhook_secret` that of its webhook endpoint. A saved card's
    token is "customer/method", Stripe's ids of both. `account_id` is Stripe's id of the account
    once `debits` has read it; a restricted key may not be allowed to.
    """

    name = "stripe"
    in_flight = 100
    #: Requests of all kinds together: 100, or 25 in a sandbox; of one kind 25:
    #: https://docs.stripe.com/rate-limits
    per_second = 25
    keys_last = timedelta(hours=24)  # https://docs.stripe.com/api/idempotent_requests

    def __init__(
        self,
        *,
        secret: str,
        webhook_secret: str,
        base_url: str = "",
        transport: stripe.HTTPClient | None = None,
    ) -> None:
        self.account_id = ""
        self._webhook_secret = webhook_secret
        self._transport = InTurn(transport or stripe.RequestsClient(timeout=TIMEOUT))
        self._client = stripe.StripeClient(
            secret,
            http_client=self._transport,
            max_network_retries=0,
            base_addresses={"api": base_url} if base_url else {},
        )
        self._api = self._client.v1

    def keep_to(self, turns: Turns) -> None:
        """Let each HTTP request wait for its turn: a charge is three or four of them."""
        self._transport.turns = turns

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        params: Any = {
            "amount": reading.to_stripe(amount, currency),
            "currency": currency.lower(),
            "allowed_payment_method_types": METHODS,
            "metadata": {"invoice": reference, "client": customer, "prepare_key": key},
        }
        with _answered():
            try:
                return self._api.payment_intents.create(params, {"idempotency_key": key}).id
            except stripe.InvalidRequestError as error:
                raise CannotCharge(str(error.user_message or error)) from error

    def execute(self, *, handle: str, key: str, token: str) -> None:
        """Write the charge's id on the PaymentIntent, then confirm it.

        A confirmation takes no metadata; with the id on the PaymentIntent, `lookup` knows which
        charge the outcome belongs to.
        """
        customer, _sep, method = token.partition("/")
        with _answered(), _told_by_lookup():
            try:
                self._confirm(handle, key, customer, method)
            except stripe.InvalidRequestError as error:
                self._note_refusal(handle, key, error)

    def _confirm(self, handle: str, key: str, customer: str, method: str) -> None:
        params: Any = {
            "customer": customer,
            "payment_method": method,
            "allowed_payment_method_types": METHODS,
            "metadata": {"charge": key, "refused": ""},
        }
        self._api.payment_intents.update(handle, params, {"idempotency_key": f"{key}:name"})
        off_session: Any = {"payment_method": method, "off_session": True}
        try:
            self._api.payment_intents.confirm(handle, off_session, {"idempotency_key": key})
        except stripe.CardError as declined:  # the decline itself is read back by `lookup`
            if declined.code == reading.ASKS:
                self._ask_the_client(handle, key, method)

    def _ask_the_client(self, handle: str, key: str, method: str) -> None:
        """Confirm again as if the client were present, to get the page on which they authenticate.

        Source: support.stripe.com, "Manual confirmation for off-session payments requiring Strong
        Customer Authentication", option 2.
        """
        on_session: Any = {
            "payment_method": method,
            "return_url": links.absolute_url("portal:confirmed"),
        }
        with suppress(stripe.CardError, stripe.InvalidRequestError):
            self._api.payment_intents.confirm(
                handle, on_session, {"idempotency_key": f"{key}:bank"}
            )

    def _note_refusal(self, handle: str, key: str, error: stripe.InvalidRequestError) -> None:
        """Write the refusal of an attempt on the PaymentIntent.

        A card that Stripe no longer knows leaves no trace on it otherwise, and would be tried for
        ever. If the PaymentIntent is paid or cancelled, its state counts and not this note.
        """
        params: Any = {"metadata": {"charge": key, "refused": error.code or "refused"}}
        self._api.payment_intents.update(handle, params, {"idempotency_key": f"{key}:refused"})

    def lookup(self, handle: str) -> GatewayObject:
        with _answered():
            return reading.payment(
                self._api.payment_intents.retrieve(handle, {"expand": ["latest_charge"]})
            )

    def cancel(self, handle: str) -> None:
        with _answered(), _told_by_lookup():
            self._api.payment_intents.cancel(handle)

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        with _answered(), _told_by_lookup():
            intent = self._api.payment_intents.retrieve(handle)
            params: Any = {
                "payment_intent": handle,
                "amount": reading.to_stripe(amount, intent.currency.upper()),
                "metadata": {"refund": key},
            }
            self._api.refunds.create(params, {"idempotency_key": key})

    def refunds(self, handle: str) -> list[GatewayRefund]:
        with _answered():
            rows = self._api.refunds.list({"payment_intent": handle, "limit": 100})
            return [reading.refund(row) for row in rows.auto_paging_iter()]

    def disputes(self, handle: str) -> list[GatewayDispute]:
        with _answered():
            rows = self._api.disputes.list({"payment_intent": handle, "limit": 100})
            return [reading.dispute(row) for row in rows.auto_paging_iter()]

    def fees(self, handle: str) -> list[ReportedFee]:
        """Read the balance transactions of the charge, and of its refunds and disputes if any."""
        with _answered():
            paid: Any = self._api.payment_intents.retrieve(
                handle, {"expand": ["latest_charge.balance_transaction"]}
            )
            charge = paid.latest_charge
            found = reading.fees_of_charge(charge)
            if getattr(charge, "amount_refunded", 0):
                refunds = self._api.refunds.list(
                    {
                        "payment_intent": handle,
                        "limit": 100,
                        "expand": ["data.balance_transaction"],
                    }
                )
                for refund in refunds.auto_paging_iter():
                    found += reading.fees_of_refund(refund)
            if getattr(charge, "disputed", False):
                disputes = self._api.disputes.list({"payment_intent": handle, "limit": 100})
                for dispute in disputes.auto_paging_iter():
                    found += reading.fees_of_dispute(dispute)
        return found

    def refunds_since(self, since: datetime) -> Iterator[GatewayRefund]:
        with _answered():
            rows = self._api.refunds.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100}
            )
            yield from (reading.refund(row) for row in rows.auto_paging_iter())

    def disputes_since(self, since: datetime) -> Iterator[GatewayDispute]:
        with _answered():
            rows = self._api.disputes.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100}
            )
            yield from (reading.dispute(row) for row in rows.auto_paging_iter())

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        with _answered():
            rows = self._api.payment_intents.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "limit": 100,
                    "expand": ["data.latest_charge"],
                }
            )
            yield from (reading.payment(row) for row in rows.auto_paging_iter())

    def debits(self) -> list[MethodKind]:
        """Return the direct debits whose capability is active.

        A restricted key that may not read the account can take none.
        """
        try:
            with _answered():
                account: Any = self._api.accounts.retrieve_current()
        except NotConnected:
            return []
        self.account_id = str(account.id)
        able = account.capabilities
        return [kind for kind, name in CAPABILITIES.items() if getattr(able, name, "") == "active"]

    def knows(self, named: str) -> bool:
        """Whether the account has made this handle, or this token of a card, removed or not."""
        _customer, _sep, method = named.partition("/")
        with _answered():
            try:
                if method:
                    self._api.payment_methods.retrieve(method)
                else:
                    self._api.payment_intents.retrieve(named)
            except stripe.InvalidRequestError as error:
                if error.code == reading.MISSING:
                    return False
                raise
        return True

    def setup_url(
        self, *, customer: str, return_url: str, debits: Sequence[MethodKind] = ()
    ) -> str:
        params: Any = {
            "mode": "setup",
            "allowed_payment_method_types": [MethodKind.CARD.value, *debits],
            "customer_creation": "always",
            "client_reference_id": customer,
            "success_url": f"{return_url}?session={{CHECKOUT_SESSION_ID}}",
            "cancel_url": return_url.removesuffix("done/"),
        }
        if MethodKind.ACH in debits:  # small test transfers would leave it unverified for days
            bank = {"verification_method": "instant"}
            params["payment_method_options"] = {MethodKind.ACH.value: bank}
        with _answered():
            return str(self._api.checkout.sessions.create(params).url)

    def setup_result(self, session: str) -> Card:
        bad = BadSession(_("The card was not saved. Please try again."))
        if not session:
            raise bad
        with _answered():
            try:
                checkout: Any = self._api.checkout.sessions.retrieve(
                    session, {"expand": ["setup_intent.payment_method"]}
                )
            except stripe.InvalidRequestError:
                raise bad from None
        method: Any = getattr(checkout.setup_intent, "payment_method", None)
        read = reading.saved(method) if method else None
        if checkout.status != "complete" or not checkout.customer or read is None:
            raise bad
        customer = checkout.customer
        if not isinstance(customer, str):
            customer = customer.id
        return Card(
            checkout.client_reference_id or "",
            f"{customer}/{method.id}",
            read.brand,
            read.last4,
            read.expires_on,
            MethodKind(method.type),
        )

    def saved_card(self, token: str) -> SavedCard | None:
        """Return the card, None if it belongs to no customer any more or was deleted with it."""
        with _answered():
            try:
                method: Any = self._api.payment_methods.retrieve(token.partition("/")[2])
            except stripe.InvalidRequestError as error:
                if error.code == reading.MISSING:
                    return None
                raise
            return reading.saved(method) if method.customer else None

    def detach(self, token: str) -> None:
        with _answered(), _told_by_lookup():
            self._api.payment_methods.detach(token.partition("/")[2])

    def verify_webhook(self, *, body: bytes, signature: str, now: datetime) -> Notice:
        """Verify the signature and the age; the first time stamp counts: it is the signed one."""
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._webhook_secret)
            stamp = int(next(part[2:] for part in signature.split(",") if part.startswith("t=")))
            event = json.loads(body)
            about = event["data"]["object"]
            handle = about.get(INTENT_FIELD.get(about["object"], ""))
            notice = Notice(str(event["id"]), str(handle or ""), _about(event))
        except (
            stripe.SignatureVerificationError,
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            raise ValueError("This webhook is not genuine.") from error
        if abs(now - datetime.fromtimestamp(stamp, UTC)) > HOOK_AGE:
            raise ValueError("This webhook is too old.")
        return notice

    def clock(self) -> datetime:
        with _answered():
            answer: Any = self._api.balance.retrieve().last_response
            return parsedate_to_datetime(answer.headers["Date"])


def _about(event: Any) -> About:
    """What a webhook is about. The event charge.refunded is about refunds, but has a charge."""
    kind = event["data"]["object"]["object"]
    if event.get("type") == "charge.refunded":
        return About.REFUND
    return ABOUT.get(kind, About.ANYTHING)


@contextmanager
def _answered() -> Iterator[None]:
    """Raise NotConnected if the key is refused, and GatewayUnknown after any other error."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise NotConnected(str(error.user_message or error)) from error
    except stripe.CardError as declined:  # only `execute` expects one
        raise GatewayUnknown(str(declined.code)) from declined
    except stripe.StripeError as lost:
        raise GatewayUnknown(f"{type(lost).__name__} {lost.http_status or ''}".strip()) from lost


@contextmanager
def _told_by_lookup() -> Iterator[None]:
    """Ignore a refusal due to the object's state (paid, cancelled, detached): `lookup` reads it."""
    with suppress(stripe.InvalidRequestError):
        yield
