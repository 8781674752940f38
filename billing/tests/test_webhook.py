"""A webhook is verified and stored once; what it reports is fetched from the gateway (rule 22)."""

import json

import pytest
from django.test import Client as Browser

from billing.charging.gateway_events import apply_events
from billing.gateways.sandbox.gateway import sign
from billing.models import Collection, GatewayEvent, Invoice
from billing.runs.billing_run import run_billing
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
