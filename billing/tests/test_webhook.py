"""A webhook is verified and stored once; what it reports is fetched from the gateway (rule 22)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client as Browser
from django.test import RequestFactory

from billing.charging.gateway_events import apply_events
from billing.charging.settle import settle
from billing.gateways import webhooks
from billing.gateways.base import About, GatewayUnknown, Outcome
from billing.gateways.sandbox.gateway import Sandbox, sign
from billing.models import Collection, GatewayAccount, GatewayEvent, Invoice, Payment
from billing.runs.billing_run import run_billing
from core.models import RateLimit
from tests.gateways import kind, registered
from tests.world import NOW, World


@pytest.fixture
def unknown(world: World) -> Collection:
    """A collection whose card was charged, but whose answer was lost."""
    world.running(card="lost_answer")
    run_billing(now=NOW, door="test")
    return Collection.objects.get()


def webhook(collection: Collection, event: str = "evt_1") -> bytes:
    return json.dumps({"id": event, "handle": collection.handle, "status": "declined"}).encode()


def post(body: bytes, signature: str) -> int:
    response = Browser().post(
        "/sandbox/hook/", body, content_type="application/json", headers={"X-Signature": signature}
    )
    return response.status_code


def test_a_webhook_is_settled_from_the_gateway_not_from_its_own_body(unknown: Collection) -> None:
    body = webhook(unknown)
    for _ in range(50):
        assert post(body, sign(body)) == 200
    assert GatewayEvent.objects.count() == 1
    assert apply_events(now=NOW) == 1
    assert Invoice.objects.get().state == "paid"
    assert apply_events(now=NOW) == 0


def test_what_was_fetched_of_an_object_that_was_replaced_meanwhile_moves_nothing(
    unknown: Collection,
) -> None:
    fetched = Sandbox().lookup(unknown.handle or "")
    assert fetched.outcome == "succeeded"
    settle(unknown, replace(fetched, handle="an older object"), now=NOW)
    unknown.refresh_from_db()
    assert (unknown.state, Invoice.objects.get().state) == ("wait", "open")


@pytest.mark.parametrize("outcome", ["succeeded", "declined", "cancelled", "new"])
def test_what_is_paid_stays_paid_once_whatever_is_fetched_later(
    unknown: Collection, outcome: str
) -> None:
    fetched = Sandbox().lookup(unknown.handle or "")
    settle(unknown, fetched, now=NOW)
    settle(unknown, replace(fetched, outcome=Outcome(outcome)), now=NOW)
    unknown.refresh_from_db()
    assert (unknown.state, Invoice.objects.get().state) == ("done", "paid")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("signature", ["", "0" * 64])
def test_an_unsigned_webhook_is_refused(unknown: Collection, signature: str) -> None:
    assert post(webhook(unknown), signature) == 400
    assert post(webhook(unknown) + b" ", sign(webhook(unknown))) == 400
    assert not GatewayEvent.objects.exists()


def test_a_late_webhook_never_makes_a_paid_invoice_unpaid(unknown: Collection) -> None:
    for event in ("evt_1", "evt_2", "evt_3"):
        body = webhook(unknown, event)
        assert post(body, sign(body)) == 200
        apply_events(now=NOW)
    assert Invoice.objects.get().state == "paid"


class Watched(Sandbox):
    """A sandbox that notes what it is asked, and answers only while it `speaks`."""

    name = "watched"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.speaks = True
        self.meanwhile: Callable[[], object] = lambda: None

    def _told(self, what: str) -> None:
        self.asked.append(what)
        self.meanwhile()
        if not self.speaks:
            raise GatewayUnknown("no answer")

    def lookup(self, handle: str) -> Any:
        self._told("charge")
        return super().lookup(handle)

    def refunds(self, handle: str) -> Any:
        self._told("refunds")
        return super().refunds(handle)

    def disputes(self, handle: str) -> Any:
        self._told("disputes")
        return super().disputes(handle)


@pytest.fixture
def watched(unknown: Collection) -> Iterator[Watched]:
    """The gateway of a collection whose outcome is not known yet."""
    gateway = Watched()
    Collection.objects.filter(pk=unknown.pk).update(gateway="watched")
    with registered(kind("watched", lambda: gateway)):
        yield gateway


def event(number: int, handle: str | None, **fields: Any) -> GatewayEvent:
    """A webhook that the watched gateway has posted."""
    facts = {"gateway": "watched", "handle": handle, "body": b"", "received_at": NOW} | fields
    return GatewayEvent.objects.create(event_id=f"evt_{number}", **facts)


def test_all_webhooks_about_an_object_are_done_by_one_look(
    unknown: Collection, watched: Watched
) -> None:
    for number in range(5):
        event(number, unknown.handle, about=About.CHARGE)
    assert apply_events(now=NOW) == 5
    assert watched.asked == ["charge"]
    assert Invoice.objects.get().state == "paid"


@pytest.mark.parametrize(
    ("about", "asked"),
    [
        (About.CHARGE, []),
        (About.REFUND, ["refunds"]),
        (About.DISPUTE, ["disputes"]),
        (About.ANYTHING, ["refunds", "disputes"]),
    ],
)
def test_of_a_settled_charge_only_what_the_webhook_is_about_is_fetched(
    unknown: Collection, watched: Watched, about: About, asked: list[str]
) -> None:
    event(0, unknown.handle)
    apply_events(now=NOW)
    watched.asked.clear()
    event(1, unknown.handle, about=about)
    assert apply_events(now=NOW) == 1
    assert watched.asked == asked


def test_a_webhook_of_another_business_moves_nothing_and_asks_nothing(
    unknown: Collection, watched: Watched
) -> None:
    stranger = GatewayAccount.objects.create(
        business=World().business, gateway="watched", secret=b"", hint="x", connected_at=NOW
    )
    event(0, unknown.handle, account=stranger)
    assert apply_events(now=NOW) == 1
    assert watched.asked == []
    unknown.refresh_from_db()
    assert (unknown.state, Invoice.objects.get().state) == ("wait", "open")


def test_two_workers_never_look_at_the_same_object(unknown: Collection, watched: Watched) -> None:
    event(0, unknown.handle, about=About.CHARGE)

    def another_worker() -> None:
        if len(watched.asked) == 1:
            event(1, unknown.handle, about=About.CHARGE)
            assert apply_events(now=NOW) == 0

    watched.meanwhile = another_worker
    assert apply_events(now=NOW) == 1
    assert watched.asked == ["charge"]
    assert apply_events(now=NOW) == 1, "the later webhook has its turn"


def test_what_a_worker_left_when_it_died_is_done_by_another(
    unknown: Collection, watched: Watched
) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    event(0, unknown.handle)
    watched.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        apply_events(now=NOW)
    watched.meanwhile = lambda: None
    assert apply_events(now=NOW + timedelta(minutes=5)) == 0
    assert apply_events(now=NOW + timedelta(minutes=10)) == 1


def test_however_many_webhooks_one_account_sends_the_others_have_their_turn(
    unknown: Collection, watched: Watched
) -> None:
    watched.speaks = False
    for number in range(30):
        event(number, f"object {number}")
    event(30, unknown.handle)
    mine = GatewayEvent.objects.create(
        gateway="sandbox", event_id="mine", handle="x", body=b"", received_at=NOW
    )
    apply_events(now=NOW, most=10)
    mine.refresh_from_db()
    assert mine.done_at == NOW


def test_a_webhook_whose_gateway_is_silent_waits_longer_each_time(
    unknown: Collection, watched: Watched
) -> None:
    watched.speaks = False
    event(1, unknown.handle)
    minutes: list[int] = []
    for minute in range(24 * 60):
        before = len(watched.asked)
        apply_events(now=NOW + timedelta(minutes=minute))
        minutes += [minute] * (len(watched.asked) - before)
    assert minutes[:6] == [0, 2, 6, 14, 30, 62]
    assert max(b - a for a, b in pairwise(minutes)) == 6 * 60


def test_webhooks_beyond_the_limit_of_an_account_are_sent_away(
    world: World, rf: RequestFactory
) -> None:
    row = GatewayAccount.objects.create(
        business=world.business, gateway="acme", secret=b"", hint="x", connected_at=NOW
    )

    def posted() -> int:
        request = rf.post("/", b"{}", content_type="application/json")
        answer = webhooks.answer(request, gateway="acme", account=row.pk, signature="", now=NOW)
        return answer.status_code

    assert posted() == 400
    RateLimit.objects.update(count=webhooks.MOST)
    assert posted() == 429
