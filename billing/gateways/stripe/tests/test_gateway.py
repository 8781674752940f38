"""Our Stripe gateway against the official client's types: requests, answers and errors.

There is no network: a transport records every request and answers with objects. Requests are
checked against the client's typed parameters, and answers against its annotated objects.
"""

import json
import sys
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import stripe
import stripe.params as p
from django.test import Client as Browser
from stripe._stripe_object import UntypedStripeObject
from stripe.params import checkout
from typing_extensions import is_typeddict

from billing.gateways.base import (
    DisputeOutcome,
    GatewayUnknown,
    Outcome,
    RefundOutcome,
    SavedCard,
)
from billing.gateways.stripe import reading
from billing.gateways.stripe.gateway import METHODS, Stripe
from billing.models import GatewayAccount, GatewayEvent
from billing.rules.errors import BadSession, CannotCharge, NotConnected
from billing.rules.method_kinds import SCHEMES, MethodKind
from core import money
from core.database import vault
from tests.factories import BusinessFactory

NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
SECRET, HOOK = "sk_test_canary", "whsec_canary"
INTENT = "/v1/payment_intents/pi_1"

# --- the official client's types ------------------------------------------------------------------

#: The parameters of the client's method for each method and path.
TAKES: dict[tuple[str, str], Any] = {
    ("post", "/v1/payment_intents"): p.PaymentIntentCreateParams,
    ("get", "/v1/payment_intents"): p.PaymentIntentListParams,
    ("get", INTENT): p.PaymentIntentRetrieveParams,
    ("post", INTENT): p.PaymentIntentUpdateParams,
    ("post", INTENT + "/confirm"): p.PaymentIntentConfirmParams,
    ("post", INTENT + "/cancel"): p.PaymentIntentCancelParams,
    ("post", "/v1/refunds"): p.RefundCreateParams,
    ("get", "/v1/refunds"): p.RefundListParams,
    ("get", "/v1/disputes"): p.DisputeListParams,
    ("post", "/v1/checkout/sessions"): checkout.SessionCreateParams,
    ("get", "/v1/checkout/sessions/cs_1"): checkout.SessionRetrieveParams,
    ("post", "/v1/payment_methods/pm_1/detach"): p.PaymentMethodDetachParams,
    ("get", "/v1/payment_methods/pm_1"): p.PaymentMethodRetrieveParams,
    ("get", "/v1/balance"): p.BalanceRetrieveParams,
    ("get", "/v1/account"): p.AccountRetrieveCurrentParams,
}
OPTIONS = set(stripe.RequestOptions.__annotations__)  # the client takes them in the same dictionary


class Names(dict[str, Any]):
    """What a name in one of the client's modules refers to; the client loads most names lazily."""

    def __init__(self, home: str) -> None:
        super().__init__(vars(typing) | vars(sys.modules[home]))

    def __missing__(self, name: str) -> Any:
        try:
            return getattr(stripe, name)
        except AttributeError:
            raise KeyError(name) from None


def bare(hint: Any, home: str) -> Any:
    """A hint without NotRequired, with names resolved as in the module `home`."""
    while True:
        if isinstance(hint, typing.ForwardRef | str):
            name = hint if isinstance(hint, str) else hint.__forward_arg__
            hint = eval(name, {}, Names(home))
        elif typing.get_origin(hint) in (typing.NotRequired, typing.Required):
            hint = typing.get_args(hint)[0]
        else:
            return hint


def why_not(value: Any, hint: Any, home: str, at: str = "") -> str:
    """Why the client's types refuse a value, "" if they do not; a literal beats an open `str`."""
    hint = bare(hint, home)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        options = [bare(each, home) for each in inner]
        if isinstance(value, str) and any(
            typing.get_origin(each) is typing.Literal for each in options
        ):
            options = [each for each in options if each is not str]
        reasons = [why_not(value, each, home, at) for each in options]
        return (
            ""
            if "" in reasons
            else next((r for r in reasons if not r.startswith(at + ":")), reasons[0])
        )
    if origin is typing.Literal:
        return "" if value in inner else f"{at}: {value!r} is none of {inner[:9]}"
    if origin is list or hint is list:
        if not isinstance(value, list):
            return f"{at}: {value!r} is no list"
        return next(filter(None, (why_not(each, (*inner, Any)[0], home, at) for each in value)), "")
    if origin in (dict, UntypedStripeObject):
        fits = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
        return "" if fits else f"{at}: {value!r} is not text by name"
    if is_typeddict(hint) or (isinstance(hint, type) and issubclass(hint, stripe.StripeObject)):
        return (
            wrong_fields(value, hint, at)
            if isinstance(value, dict)
            else f"{at}: {value!r} is no object"
        )
    if hint is Any or isinstance(hint, typing.TypeVar):
        return ""
    return "" if type(value) is hint else f"{at}: {value!r} is not {hint}"


def wrong_fields(value: dict[str, Any], shape: Any, at: str = "") -> str:
    """The same for an object: unknown fields, missing fields, and wrong values."""
    known = {
        name: (hint, each.__module__)
        for each in reversed(shape.__mro__)
        for name, hint in own(each).items()
    }
    if is_typeddict(shape):
        known = {name: field for name, field in known.items() if name not in OPTIONS}
    strange = [f"{at}.{name} is unknown" for name in value if name not in known]
    missing = [
        f"{at}.{name} is missing"
        for name in getattr(shape, "__required_keys__", ())
        if name not in value
    ]
    inside = (
        why_not(each, *known[name], f"{at}.{name}") for name, each in value.items() if name in known
    )
    return next(filter(None, [*strange, *missing, *inside]), "")


def own(shape: Any) -> dict[str, Any]:
    return vars(shape).get("__annotations__", {})


def unfolded(encoded: str) -> dict[str, Any]:
    """Parse the form that was sent: `expand[0]=x` is a list, `metadata[a]=b` an object."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        here = tree
        for step in path:
            here = here.setdefault(step, {})
        here[last] = {"true": True, "false": False}.get(
            value, int(value) if value.isdecimal() else value
        )
    return listed(tree)


def listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    inside = {name: listed(each) for name, each in tree.items()}
    return list(inside.values()) if inside and all(name.isdecimal() for name in inside) else inside


@dataclass
class Request:
    """One request, with its parsed parameters."""

    method: str
    path: str
    params: dict[str, Any]
    headers: dict[str, str]

    @property
    def what(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def key(self) -> str | None:
        return self.headers.get("Idempotency-Key")


class Transport(stripe.HTTPClient):
    """Answers in order: a body, (status, body) or a connection error. Checks every request."""

    name = "transport"

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers, self.requests = list(answers), list[Request]()
        self.headers = dict[str, str]()  # of every answer

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        parts = urlsplit(url)
        request = Request(method, parts.path, unfolded(post_data or parts.query), dict(headers))
        self.requests.append(request)
        assert wrong_fields(request.params, TAKES[method, parts.path]) == ""
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return (
            json.dumps(body),
            status,
            {"Date": "Mon, 02 Nov 2026 05:00:07 GMT", "Request-Id": "req_1"} | self.headers,
        )


def bank(*answers: Any) -> tuple[Stripe, Transport]:
    transport = Transport(*answers)
    return Stripe(secret=SECRET, webhook_secret=HOOK, transport=transport), transport


def canned(shape: Any, **fields: Any) -> dict[str, Any]:
    """An object as Stripe would send it, if the client's annotations allow it."""
    assert wrong_fields(fields, shape) == ""
    return fields


def charge(key: str, **fields: Any) -> dict[str, Any]:
    return canned(
        stripe.Charge, **({"id": "ch_1", "object": "charge", "metadata": {"charge": key}} | fields)
    )


def intent(status: str = "requires_payment_method", **fields: Any) -> dict[str, Any]:
    usual = {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 3_000_00,
        "currency": "usd",
        "created": 1_793_595_600,
    }
    usual |= {
        "metadata": {"invoice": "inv", "charge": "now"},
        "status": status,
        "latest_charge": None,
    }
    usual |= {"last_payment_error": None, "next_action": None}
    return canned(stripe.PaymentIntent, **(usual | fields))


def page(*rows: Any, more: bool = False) -> dict[str, Any]:
    return {"object": "list", "url": "/v1/refunds", "has_more": more, "data": list(rows)}


def error(
    status: int, code: str = "", kind: str = "invalid_request_error", **more: str
) -> tuple[int, Any]:
    return status, {"error": {"type": kind, "code": code, "message": "No."} | more}


def declined(code: str, why: str = "") -> tuple[int, Any]:
    return error(402, code, "card_error", decline_code=why or code)


@pytest.mark.parametrize(
    ("shape", "fields", "says"),
    [
        (p.PaymentIntentCreateParams, {"currency": "usd"}, ".amount is missing"),
        (
            p.PaymentIntentCreateParams,
            {"amount": "1.5", "currency": "usd"},
            ".amount: '1.5' is not <class 'int'>",
        ),
        (p.PaymentIntentConfirmParams, {"metadata": {"charge": "k"}}, ".metadata is unknown"),
        (p.PaymentIntentConfirmParams, {"api_key": "sk"}, ".api_key is unknown"),
        (
            p.PaymentIntentConfirmParams,
            {"off_session": "yes"},
            ".off_session: 'yes' is not <class 'bool'>",
        ),
        (p.PaymentIntentListParams, {"created": {"since": 5}}, ".created.since is unknown"),
        (checkout.SessionCreateParams, {"mode": "save"}, ".mode: 'save' is none of"),
        (
            checkout.SessionCreateParams,
            {"allowed_payment_method_types": ["cards"]},
            ".allowed_payment_method_types: 'cards' is none",
        ),
        (stripe.PaymentIntent, {"status": "paid"}, ".status: 'paid' is none of"),
        (
            stripe.PaymentIntent,
            {"last_payment_error": {"declined_code": "x"}},
            ".declined_code is unknown",
        ),
        (
            stripe.Charge,
            {"metadata": {"charge": 5}},
            ".metadata: {'charge': 5} is not text by name",
        ),
    ],
)
def test_the_check_refuses_fields_that_stripe_does_not_know(
    shape: Any, fields: Any, says: str
) -> None:
    assert says in wrong_fields(fields, shape)


# --- requests -------------------------------------------------------------------------------------


def test_an_object_is_prepared_unconfirmed_under_our_key() -> None:
    stripe_, transport = bank(intent())
    handle = stripe_.prepare(
        key="prep", amount=3_000_00, currency="USD", reference="inv", customer="client"
    )
    assert (handle, transport.requests[0].what, transport.requests[0].key) == (
        "pi_1",
        "post /v1/payment_intents",
        "prep",
    )
    assert transport.requests[0].params == {
        "amount": 3_000_00,
        "currency": "usd",
        "allowed_payment_method_types": METHODS,
        "metadata": {"invoice": "inv", "client": "client", "prepare_key": "prep"},
    }


def test_the_charge_id_is_written_on_the_object_before_the_call_that_moves_money() -> None:
    stripe_, transport = bank(intent(), intent("succeeded"))
    stripe_.execute(handle="pi_1", key="k", token="cus_1/pm_1")
    assert [(each.what, each.key, each.params) for each in transport.requests] == [
        (
            f"post {INTENT}",
            "k:name",
            {
                "customer": "cus_1",
                "payment_method": "pm_1",
                "allowed_payment_method_types": METHODS,
                "metadata": {"charge": "k", "refused": ""},
            },
        ),
        (f"post {INTENT}/confirm", "k", {"payment_method": "pm_1", "off_session": True}),
    ]


@pytest.mark.parametrize("code", ["card_declined", "expired_card", "incorrect_cvc"])
def test_a_declined_card_is_no_error_and_ends_the_attempt(code: str) -> None:
    stripe_, transport = bank(intent(), declined(code))
    stripe_.execute(handle="pi_1", key="k", token="cus_1/pm_1")
    assert len(transport.requests) == 2


@pytest.mark.parametrize(
    "then", [intent("requires_action"), declined("card_declined"), error(400, "x")]
)
def test_if_the_bank_asks_for_authentication_the_client_gets_a_page_for_it(
    then: Any, settings: Any
) -> None:
    settings.SITE_URL = "https://hub.example"
    stripe_, transport = bank(intent(), declined("authentication_required"), then)
    stripe_.execute(handle="pi_1", key="k", token="cus_1/pm_1")
    last = transport.requests[2]
    assert (last.what, last.key, len(transport.requests)) == (f"post {INTENT}/confirm", "k:bank", 3)
    back = "https://hub.example/p/payment/confirmed/"
    assert last.params == {"payment_method": "pm_1", "return_url": back}


@pytest.mark.parametrize("before", [[], [intent()]])
def test_a_card_that_stripe_no_longer_knows_is_noted_as_refused(before: list[Any]) -> None:
    """Otherwise the object would look untouched, and the card would be retried for ever."""
    stripe_, transport = bank(
        *before, error(400, "resource_missing", param="payment_method"), intent()
    )
    stripe_.execute(handle="pi_1", key="k", token="cus_1/pm_1")
    assert transport.requests[-1].what == f"post {INTENT}"
    assert transport.requests[-1].params == {
        "metadata": {"charge": "k", "refused": "resource_missing"}
    }


def test_a_refusal_because_the_object_is_already_paid_is_no_error() -> None:
    refusal = error(400, "payment_intent_unexpected_state")
    bank(refusal, intent("succeeded"))[0].execute(handle="pi_1", key="k", token="cus_1/pm_1")
    bank(refusal, refusal)[0].execute(handle="pi_1", key="k", token="cus_1/pm_1")
    bank(refusal)[0].cancel("pi_1")
    bank(intent(), refusal)[0].refund(handle="pi_1", key="r", amount=100)
    bank(error(400, "resource_missing"))[0].detach("cus_1/pm_1")


def test_a_refund_has_its_key_in_the_header_and_in_the_metadata() -> None:
    stripe_, transport = bank(
        intent("succeeded"), canned(stripe.Refund, id="re_1", object="refund")
    )
    stripe_.refund(handle="pi_1", key="r", amount=500)
    assert transport.requests[1].key == "r"
    assert transport.requests[1].params == {
        "payment_intent": "pi_1",
        "amount": 500,
        "metadata": {"refund": "r"},
    }


def test_every_page_of_the_list_of_objects_is_read() -> None:
    stripe_, transport = bank(
        page(intent("succeeded"), more=True), page(intent("canceled", id="pi_2"))
    )
    objects = list(stripe_.created_since(NOW))
    assert [(each.handle, each.outcome) for each in objects] == [
        ("pi_1", "succeeded"),
        ("pi_2", "cancelled"),
    ]
    first = {
        "created": {"gte": int(NOW.timestamp())},
        "limit": 100,
        "expand": ["data.latest_charge"],
    }
    assert [each.params for each in transport.requests] == [
        first,
        first | {"starting_after": "pi_1"},
    ]


def test_every_page_of_refunds_and_disputes_is_read() -> None:
    paid = {"amount": 1, "currency": "usd", "payment_intent": "pi_1"}
    refunds = [
        canned(stripe.Refund, id=f"re_{n}", object="refund", status="pending", **paid)
        for n in (1, 2)
    ]
    fetched = bank(
        page(refunds[0] | {"metadata": {}}, more=True), page(refunds[1] | {"metadata": {}})
    )[0].refunds("pi_1")
    assert [each.handle for each in fetched] == ["re_1", "re_2"]
    lost = {"status": "lost", "reason": "fraudulent", "evidence_details": {"due_by": None}} | paid
    disputes = [canned(stripe.Dispute, id=f"dp_{n}", object="dispute", **lost) for n in (1, 2)]
    disputed = bank(page(disputes[0], more=True), page(disputes[1]))[0].disputes("pi_1")
    assert [each.handle for each in disputed] == ["dp_1", "dp_2"]


def test_refunds_and_disputes_are_listed_by_the_day_on_which_they_were_made() -> None:
    row = {"id": "x_1", "amount": 1, "currency": "usd", "status": "lost", "payment_intent": "pi_1"}
    refund = canned(stripe.Refund, object="refund", **row | {"status": "pending"})
    late = {"reason": "fraudulent", "evidence_details": {"due_by": None}}
    dispute = canned(stripe.Dispute, object="dispute", **row, **late)
    stripe_, transport = bank(page(refund | {"metadata": {}}), page(dispute))
    made = [*stripe_.refunds_since(NOW), *stripe_.disputes_since(NOW)]
    assert [(each.handle, each.payment) for each in made] == [("x_1", "pi_1")] * 2
    asked = {"created": {"gte": int(NOW.timestamp())}, "limit": 100}
    assert [each.params for each in transport.requests] == [asked, asked]


def test_every_call_is_made_once_with_the_accounts_key_and_a_fixed_api_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stripe, "api_key", "sk_somebody_else")
    monkeypatch.setattr(stripe, "api_version", "2017-08-15")
    monkeypatch.setattr(stripe, "max_network_retries", 5)
    stripe_, transport = bank(error(500))
    with pytest.raises(GatewayUnknown):
        stripe_.lookup("pi_1")
    assert len(transport.requests) == 1
    assert transport.requests[0].params == {"expand": ["latest_charge"]}
    assert transport.requests[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert (
        transport.requests[0].headers["Stripe-Version"]
        == stripe.StripeClient("sk_x")._requestor._options.stripe_version
    )


def test_a_call_has_a_timeout_of_twenty_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[Any] = []

    def time_out(*_: Any, **options: Any) -> None:
        timeouts.append(options["timeout"])
        raise OSError

    monkeypatch.setattr("requests.Session.request", time_out)
    with pytest.raises(GatewayUnknown):
        Stripe(secret=SECRET, webhook_secret=HOOK).lookup("pi_1")
    assert timeouts == [(3, 20)]


# --- answers --------------------------------------------------------------------------------------

FAILED = {
    "type": "card_error",
    "code": "card_declined",
    "decline_code": "insufficient_funds",
    "charge": "ch_1",
}
AUTHENTICATE = {
    "type": "card_error",
    "code": "authentication_required",
    "decline_code": "authentication_required",
}
BROKEN = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure"}
LINK = {
    "type": "redirect_to_url",
    "redirect_to_url": {"url": "https://hooks.stripe.com/3ds", "return_url": "x"},
}
BEFORE = charge("before", status="failed")


@pytest.mark.parametrize(
    ("fetched", "outcome", "key", "code", "url"),
    [
        (intent("requires_payment_method"), Outcome.NEW, "now", "", ""),
        (intent("requires_confirmation"), Outcome.NEW, "now", "", ""),
        (
            intent(latest_charge=charge("now"), last_payment_error=FAILED),
            "declined",
            "now",
            "insufficient_funds",
            "",
        ),
        (
            intent(latest_charge=BEFORE, last_payment_error=FAILED),
            "declined",
            "before",
            "insufficient_funds",
            "",
        ),
        (
            intent(latest_charge=BEFORE, last_payment_error=BROKEN),
            "declined",
            "now",
            BROKEN["code"],
            "",
        ),
        (intent(latest_charge=BEFORE), Outcome.NEW, "now", "", ""),
        (
            intent(metadata={"charge": "now", "refused": "resource_missing"}),
            "declined",
            "now",
            "resource_missing",
            "",
        ),
        (
            intent(
                "succeeded", metadata={"charge": "x", "refused": "y"}, latest_charge=charge("now")
            ),
            "succeeded",
            "now",
            "",
            "",
        ),
        (
            intent("processing", latest_charge=charge("now", status="pending")),
            "processing",
            "now",
            "",
            "",
        ),
        (intent("requires_capture"), Outcome.PROCESSING, "now", "", ""),
        (
            intent("requires_action", next_action=LINK, latest_charge=BEFORE),
            "requires_action",
            "now",
            "",
            "https://hooks.stripe.com/3ds",
        ),
        (
            intent("requires_action", next_action={"type": "use_stripe_sdk"}),
            "requires_action",
            "now",
            "",
            "",
        ),
        (intent(last_payment_error=AUTHENTICATE), "requires_action", "now", "", ""),
        (intent("canceled", last_payment_error=FAILED), "cancelled", "now", "", ""),
    ],
)
def test_the_outcome_of_the_latest_execution_is_read(
    fetched: Any, outcome: str, key: str, code: str, url: str
) -> None:
    read = bank(fetched)[0].lookup("pi_1")
    assert (read.outcome, read.key, read.code, read.action_url) == (outcome, key, code, url)
    assert (read.handle, read.amount, read.currency, read.reference) == (
        "pi_1",
        3_000_00,
        "USD",
        fetched["metadata"].get("invoice", ""),
    )
    assert read.created_at == datetime.fromtimestamp(1_793_595_600, UTC)


def test_what_was_charged_is_named_and_not_what_will_be() -> None:
    paid_by = charge("now") | {"payment_method": "pm_before"}
    fetched = intent("succeeded", customer="cus_1", payment_method="pm_next", latest_charge=paid_by)
    assert bank(fetched)[0].lookup("pi_1").token == "cus_1/pm_before"
    fetched = intent("requires_action", customer="cus_1", payment_method="pm_next")
    assert bank(fetched)[0].lookup("pi_1").token == "cus_1/pm_next"
    assert bank(intent())[0].lookup("pi_1").token == ""


def literals(shape: Any, name: str) -> set[str]:
    return {
        each for option in typing.get_args(own(shape)[name]) for each in typing.get_args(option)
    }


def test_every_status_of_stripe_is_handled() -> None:
    by_error = {"requires_payment_method", "requires_confirmation"}
    assert set(reading.STATUS) | by_error == literals(stripe.PaymentIntent, "status")
    assert set(reading.DISPUTE) <= literals(stripe.Dispute, "status")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("pending", RefundOutcome.PENDING),
        ("requires_action", RefundOutcome.PENDING),
        ("succeeded", RefundOutcome.SUCCEEDED),
        ("failed", RefundOutcome.FAILED),
        ("canceled", RefundOutcome.FAILED),
    ],
)
def test_the_outcome_of_a_refund_is_read(status: str, outcome: RefundOutcome) -> None:
    row = {"id": "re_1", "object": "refund", "amount": 500, "currency": "usd", "status": status}
    row["payment_intent"] = "pi_1"
    ours = canned(
        stripe.Refund, **row, metadata={"refund": "r"}, failure_reason="lost_or_stolen_card"
    )
    theirs = canned(stripe.Refund, **row | {"id": "re_2"}, metadata={})
    stripe_, transport = bank(page(ours, theirs))
    first, second = stripe_.refunds("pi_1")
    assert (first.handle, first.outcome, first.amount, first.currency) == (
        "re_1",
        outcome,
        500,
        "USD",
    )
    assert (first.key, first.code, second.key, second.code) == ("r", "lost_or_stolen_card", "", "")
    assert transport.requests[0].params == {"payment_intent": "pi_1", "limit": 100}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("needs_response", "open"),
        ("under_review", "open"),
        ("warning_needs_response", "inquiry"),
        ("warning_under_review", "inquiry"),
        ("warning_closed", "closed"),
        ("prevented", "closed"),
        ("won", "won"),
        ("lost", "lost"),
    ],
)
def test_the_outcome_of_a_dispute_is_read(status: str, outcome: str) -> None:
    row = {
        "id": "dp_1",
        "object": "dispute",
        "amount": 900,
        "currency": "jpy",
        "reason": "fraudulent",
        "payment_intent": "pi_1",
    }
    late = canned(stripe.Dispute, **row, status=status, evidence_details={"due_by": 1_793_595_600})
    done = canned(stripe.Dispute, **row, status=status, evidence_details={"due_by": None})
    stripe_, transport = bank(page(late, done))
    first, second = stripe_.disputes("pi_1")
    assert (first.handle, first.outcome, first.amount) == ("dp_1", DisputeOutcome(outcome), 900)
    assert (first.currency, first.reason, first.payment) == ("JPY", "fraudulent", "pi_1")
    assert (first.answer_by, second.answer_by) == (datetime.fromtimestamp(1_793_595_600, UTC), None)
    assert transport.requests[0].params == {"payment_intent": "pi_1", "limit": 100}


@pytest.mark.parametrize(
    ("ours", "currency", "theirs"),
    [
        (10_00, "USD", 10_00),
        (500, "JPY", 500),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (7, "RSD", 700),
        (5_120, "KWD", 5_120),
        (9, "VND", 9),
        (10_00, "IDR", 10_00),
        (10_00, "HUF", 10_00),
    ],
)
def test_amounts_are_converted_to_stripes_minor_units(
    ours: int, currency: str, theirs: int
) -> None:
    assert (reading.to_stripe(ours, currency), reading.from_stripe(theirs, currency)) == (
        theirs,
        ours,
    )
    stripe_, transport = bank(
        intent("succeeded", amount=theirs, currency=currency.lower()), intent()
    )
    assert stripe_.lookup("pi_1").amount == ours
    stripe_.prepare(key="p", amount=ours, currency=currency, reference="i", customer="c")
    assert (transport.requests[1].params["amount"], transport.requests[1].params["currency"]) == (
        theirs,
        currency.lower(),
    )


def test_amounts_in_every_currency_we_offer_survive_the_conversion() -> None:
    for currency in money.CURRENCIES:
        assert reading.from_stripe(reading.to_stripe(12_340, currency), currency) == 12_340


@pytest.mark.parametrize(("amount", "currency"), [(5_124, "KWD"), (5_124, "LYD"), (5_129, "BHD")])
def test_an_amount_that_stripe_cannot_express_is_not_sent(amount: int, currency: str) -> None:
    stripe_, transport = bank()
    with pytest.raises(CannotCharge):
        stripe_.prepare(key="p", amount=amount, currency=currency, reference="i", customer="c")
    assert not transport.requests


def test_an_amount_that_stripe_refuses_cannot_be_charged() -> None:
    stripe_, _ = bank(error(400, "amount_too_large", param="amount"))
    with pytest.raises(CannotCharge):
        stripe_.prepare(key="p", amount=10**9, currency="USD", reference="i", customer="c")


# --- unknown outcomes -----------------------------------------------------------------------------

Call = Callable[[Stripe], Any]
CALLS: dict[str, Call] = {
    "prepare": lambda it: it.prepare(
        key="p", amount=100, currency="USD", reference="i", customer="c"
    ),
    "execute": lambda it: it.execute(handle="pi_1", key="k", token="cus_1/pm_1"),
    "lookup": lambda it: it.lookup("pi_1"),
    "cancel": lambda it: it.cancel("pi_1"),
    "refund": lambda it: it.refund(handle="pi_1", key="r", amount=100),
    "refunds": lambda it: it.refunds("pi_1"),
    "disputes": lambda it: it.disputes("pi_1"),
    "created_since": lambda it: list(it.created_since(NOW)),
    "refunds_since": lambda it: list(it.refunds_since(NOW)),
    "disputes_since": lambda it: list(it.disputes_since(NOW)),
    "setup_url": lambda it: it.setup_url(
        customer="c", return_url="https://hub.example/p/payment/done/"
    ),
    "setup_result": lambda it: it.setup_result("cs_1"),
    "saved_card": lambda it: it.saved_card("cus_1/pm_1"),
    "detach": lambda it: it.detach("cus_1/pm_1"),
    "clock": lambda it: it.clock(),
}
LOST = {
    "connection lost": stripe.APIConnectionError("Timed out."),
    "object locked": error(409, "lock_timeout"),
    "key in use": error(400, "idempotency_key_in_use", "idempotency_error"),
    "rate limit": error(429, "rate_limit"),
    "server error": error(500, kind="api_error"),
    "unavailable": error(503, kind="api_error"),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_without_an_answer_is_never_taken_for_a_failure(call: Call, lost: Any) -> None:
    stripe_, transport = bank(lost)
    with pytest.raises(GatewayUnknown):
        call(stripe_)
    assert len(transport.requests) == 1


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize(
    "before", [[intent()], [intent(), declined("authentication_required")], [error(400, "x")]]
)
def test_a_charge_whose_connection_is_lost_halfway_is_unknown(before: list[Any], lost: Any) -> None:
    with pytest.raises(GatewayUnknown):
        CALLS["execute"](bank(*before, lost)[0])


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_refused_key_is_reported_and_not_in_the_error(call: Call, status: int) -> None:
    with pytest.raises(NotConnected) as refused:
        call(bank(error(status))[0])
    assert SECRET not in str(refused.value)


def test_an_object_that_stripe_does_not_know_is_unknown() -> None:
    with pytest.raises(GatewayUnknown):
        bank(error(404, "resource_missing"))[0].lookup("pi_1")


def test_the_clock_is_the_date_header_of_an_answer() -> None:
    stripe_, _ = bank(canned(stripe.Balance, object="balance", livemode=False))
    assert stripe_.clock() == NOW + timedelta(seconds=7)


# --- cards ----------------------------------------------------------------------------------------


GONE = error(404, "resource_missing")


def saved(**fields: Any) -> dict[str, Any]:
    card = {"brand": "visa", "last4": "4242", "exp_month": 2, "exp_year": 2028}
    method = canned(
        stripe.PaymentMethod, id="pm_1", object="payment_method", type="card", card=card
    )
    usual = {"id": "cs_1", "object": "checkout.session", "status": "complete", "customer": "cus_1"}
    usual |= {"client_reference_id": "client"}
    usual |= {
        "setup_intent": canned(
            stripe.SetupIntent, id="seti_1", object="setup_intent", payment_method=method
        )
    }
    return canned(stripe.checkout.Session, **(usual | fields))


def test_a_card_is_saved_on_stripes_own_page() -> None:
    stripe_, transport = bank(
        canned(
            stripe.checkout.Session, id="cs_1", object="checkout.session", url="https://c.example/"
        )
    )
    assert (
        stripe_.setup_url(customer="client", return_url="https://hub.example/p/payment/done/")
        == "https://c.example/"
    )
    assert transport.requests[0].params == {
        "mode": "setup",
        "allowed_payment_method_types": ["card"],
        "customer_creation": "always",
        "client_reference_id": "client",
        "cancel_url": "https://hub.example/p/payment/",
        "success_url": "https://hub.example/p/payment/done/?session={CHECKOUT_SESSION_ID}",
    }


def test_a_completed_session_returns_the_card() -> None:
    stripe_, transport = bank(saved())
    card = stripe_.setup_result("cs_1")
    assert (card.customer, card.token, card.brand, card.last4) == (
        "client",
        "cus_1/pm_1",
        "Visa",
        "4242",
    )
    assert card.expires_on == date(2028, 2, 29)
    assert transport.requests[0].params == {"expand": ["setup_intent.payment_method"]}


@pytest.mark.parametrize(
    "session",
    [
        saved(status="open"),
        saved(status="expired"),
        saved(setup_intent=None),
        saved(customer=None),
        error(404),
    ],
)
def test_a_session_without_a_card_is_refused(session: Any) -> None:
    with pytest.raises(BadSession):
        bank(session)[0].setup_result("cs_1")


def test_an_empty_session_is_refused_without_a_call() -> None:
    stripe_, transport = bank()
    with pytest.raises(BadSession):
        stripe_.setup_result("")
    assert not transport.requests


def test_a_saved_card_is_read_as_it_is_now_and_is_none_once_it_was_removed() -> None:
    card = {"brand": "american_express", "last4": "0005", "exp_month": 2, "exp_year": 2028}
    row = canned(stripe.PaymentMethod, id="pm_1", object="payment_method", type="card", card=card)
    stripe_, _ = bank(row | {"customer": "cus_1"}, row | {"customer": None}, GONE, error(400, "x"))
    now = stripe_.saved_card("cus_1/pm_1")
    assert now == SavedCard("American Express", "0005", date(2028, 2, 29))
    assert stripe_.saved_card("cus_1/pm_1") is stripe_.saved_card("cus_1/pm_1") is None
    with pytest.raises(GatewayUnknown):
        stripe_.saved_card("cus_1/pm_1")


def test_a_session_without_a_client_is_no_clients_card() -> None:
    assert bank(saved(client_reference_id=None))[0].setup_result("cs_1").customer == ""


# --- direct debits --------------------------------------------------------------------------------


def test_a_direct_debit_is_authorised_on_stripes_own_page() -> None:
    page = canned(
        stripe.checkout.Session, id="cs_1", object="checkout.session", url="https://c.example/"
    )
    stripe_, transport = bank(page, page)
    for kind in (MethodKind.SEPA, MethodKind.ACH):
        stripe_.setup_url(customer="client", return_url="https://hub.example/", debits=[kind])
    sepa, ach = (request.params for request in transport.requests)
    assert sepa["allowed_payment_method_types"] == ["card", "sepa_debit"]
    assert "payment_method_options" not in sepa
    # Small test transfers would leave the account unverified after the client has come back.
    assert ach["payment_method_options"] == {"us_bank_account": {"verification_method": "instant"}}


@pytest.mark.parametrize("kind", SCHEMES)
def test_an_account_that_was_authorised_is_read_with_its_scheme(kind: MethodKind) -> None:
    method = canned(
        stripe.PaymentMethod,
        id="pm_1",
        object="payment_method",
        type=kind.value,
        **{kind.value: {"last4": "3000"}},
    )
    setup = canned(stripe.SetupIntent, id="seti_1", object="setup_intent", payment_method=method)
    card = bank(saved(setup_intent=setup))[0].setup_result("cs_1")
    assert (card.kind, card.brand, card.last4) == (kind, SCHEMES[kind].label, "3000")
    assert card.expires_on is None
    known = bank(method | {"customer": "cus_1"})[0].saved_card("cus_1/pm_1")
    assert known == SavedCard(SCHEMES[kind].label, "3000", None)


def test_a_method_that_we_do_not_charge_is_not_saved() -> None:
    method = canned(stripe.PaymentMethod, id="pm_1", object="payment_method", type="paypal")
    setup = canned(stripe.SetupIntent, id="seti_1", object="setup_intent", payment_method=method)
    with pytest.raises(BadSession):
        bank(saved(setup_intent=setup))[0].setup_result("cs_1")


def test_the_account_says_which_direct_debits_it_can_take() -> None:
    able = {
        "sepa_debit_payments": "active",
        "bacs_debit_payments": "pending",
        "us_bank_account_ach_payments": "active",
    }
    account = canned(stripe.Account, id="acct_1", object="account", capabilities=able)
    stripe_, _ = bank(account, account | {"capabilities": None}, error(403))
    assert stripe_.debits() == [MethodKind.SEPA, MethodKind.ACH]
    assert stripe_.debits() == []
    assert stripe_.debits() == []  # a restricted key may not read the account


# --- webhooks: verification -----------------------------------------------------------------------


def webhook(about: dict[str, Any] | None = None, event: str = "evt_1") -> bytes:
    about = about or {"object": "payment_intent", "id": "pi_1"}
    return json.dumps(
        {"id": event, "object": "event", "data": {"object": about}}, indent=2
    ).encode()


def signed(body: bytes, at: datetime = NOW, secret: str = HOOK) -> str:
    return stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret, int(at.timestamp())
    )


@pytest.mark.parametrize(
    ("about", "handle"),
    [
        (canned(stripe.PaymentIntent, object="payment_intent", id="pi_1"), "pi_1"),
        (canned(stripe.Charge, object="charge", id="ch_1", payment_intent="pi_1"), "pi_1"),
        (canned(stripe.Refund, object="refund", id="re_1", payment_intent="pi_1"), "pi_1"),
        (canned(stripe.Dispute, object="dispute", id="dp_1", payment_intent="pi_1"), "pi_1"),
        (canned(stripe.Charge, object="charge", id="ch_1", payment_intent=None), ""),
        (
            canned(
                stripe.checkout.Session, object="checkout.session", id="cs_1", payment_intent="pi_1"
            ),
            "",
        ),
        (canned(stripe.Customer, object="customer", id="cus_1"), ""),
    ],
)
def test_a_genuine_webhook_names_its_object(about: dict[str, Any], handle: str) -> None:
    body = webhook(about)
    notice = bank()[0].verify_webhook(body=body, signature=signed(body), now=NOW)
    assert (notice.event_id, notice.handle) == ("evt_1", handle)


@pytest.mark.parametrize(
    ("kind", "thing", "about"),
    [
        ("payment_intent.succeeded", "payment_intent", "charge"),
        ("charge.failed", "charge", "charge"),
        ("charge.refunded", "charge", "refund"),
        ("charge.refund.updated", "refund", "refund"),
        ("charge.dispute.closed", "dispute", "dispute"),
        ("checkout.session.completed", "checkout.session", ""),
    ],
)
def test_a_genuine_webhook_says_what_it_is_about(kind: str, thing: str, about: str) -> None:
    event = json.loads(webhook({"object": thing, "id": "x", "payment_intent": "pi_1"}))
    body = json.dumps(event | {"type": kind}).encode()
    assert bank()[0].verify_webhook(body=body, signature=signed(body), now=NOW).about == about


BODY, MONTH = webhook(), timedelta(days=30)


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY, ""),
        (BODY, "v1=abc"),
        (BODY, "t=now,v1=é"),
        (BODY, f"t={int(NOW.timestamp())}"),
        (BODY, signed(BODY, secret="whsec_other")),
        (BODY, signed(BODY, secret="")),
        (BODY, signed(BODY).replace("v1", "v0")),
        (BODY, signed(BODY, NOW - timedelta(seconds=301))),
        (BODY, signed(BODY, NOW + timedelta(seconds=301))),
        (BODY, f"{signed(BODY, NOW - MONTH)},t={int(NOW.timestamp())}"),
        (BODY, f"t={int(NOW.timestamp())},{signed(BODY, NOW - MONTH)}"),
        (json.dumps(json.loads(BODY)).encode(), signed(BODY)),
        (BODY + b"\n", signed(BODY)),
        (b"\xff" + BODY, signed(BODY)),
        (b"[]", signed(b"[]")),
        (b"{}", signed(b"{}")),
        (b'{"id": "e", "data": {"object": []}}', signed(b'{"id": "e", "data": {"object": []}}')),
    ],
    ids=[
        "no signature",
        "no stamp",
        "nonsense",
        "only a stamp",
        "another secret",
        "no secret",
        "another scheme",
        "old",
        "from the future",
        "old with a second stamp",
        "old behind a new stamp",
        "re-encoded",
        "longer",
        "not text",
        "a list",
        "empty",
        "about a list",
    ],
)
def test_any_other_webhook_is_refused(body: bytes, signature: str) -> None:
    with pytest.raises(ValueError, match="This webhook is"):
        bank()[0].verify_webhook(body=body, signature=signature, now=NOW)


@pytest.mark.parametrize("secret", ["", " "])
def test_an_account_without_a_webhook_secret_refuses_every_webhook(secret: str) -> None:
    account = Stripe(secret=SECRET, webhook_secret=secret, transport=Transport())
    with pytest.raises(ValueError, match="not genuine"):
        account.verify_webhook(body=BODY, signature=signed(BODY, secret=secret), now=NOW)


# --- webhooks: the view ---------------------------------------------------------------------------


@pytest.fixture
def account(db: None) -> GatewayAccount:
    sealed = {"secret": vault.seal(SECRET), "webhook_secret": vault.seal(HOOK)}
    return GatewayAccount.objects.create(
        business=BusinessFactory(), gateway="stripe", connected_at=NOW, **sealed
    )


def post(account: Any, body: bytes, signature: str | None = None, method: str = "post") -> int:
    url = f"/hooks/stripe/{account}/"
    signature = signed(body, datetime.now(UTC)) if signature is None else signature
    browser = Browser(enforce_csrf_checks=True)
    options = {"content_type": "application/json", "headers": {"Stripe-Signature": signature}}
    return int(getattr(browser, method)(url, body, **options).status_code)


def test_a_genuine_webhook_is_stored_once(account: GatewayAccount) -> None:
    for _ in range(3):
        assert post(account.pk, BODY) == 200
    assert GatewayEvent.objects.values_list("account", "event_id", "handle").get() == (
        account.pk,
        "evt_1",
        "pi_1",
    )


def test_a_request_that_is_no_genuine_webhook_is_refused(account: GatewayAccount) -> None:
    assert post(account.pk, BODY, "") == 400
    assert post(account.pk, BODY, signed(BODY, datetime.now(UTC), "whsec_other")) == 400
    assert post("0b5bd5fd-4b34-4d55-8b83-0c0f2d2f5f0c", BODY) == 404
    assert post(account.pk, b" " * 1_000_001) == post(account.pk, b" " * 5_000_000) == 413
    assert post(account.pk, BODY, method="put") == 405
    assert not GatewayEvent.objects.exists()


def test_the_secret_of_another_business_does_not_verify_a_webhook(account: GatewayAccount) -> None:
    sealed = {"secret": vault.seal("sk_test_2"), "webhook_secret": vault.seal("whsec_2")}
    other = GatewayAccount.objects.create(
        business=BusinessFactory(), gateway="stripe", connected_at=NOW, **sealed
    )
    assert post(other.pk, BODY, signed(BODY, datetime.now(UTC))) == 400
    assert post(other.pk, BODY, signed(BODY, datetime.now(UTC), "whsec_2")) == 200
    assert GatewayEvent.objects.get().account == other
