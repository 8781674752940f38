"""A notice from the gateway is verified, kept once, and never believed: the object is asked (rule 22)."""

import json

import pytest
from django.test import Client as Browser

from billing.charging.gateway_events import apply_events
from billing.gateways.sandbox.gateway import sign
from billing.models import Collection, GatewayEvent, Invoice
from billing.runs.run import bill
from tests.world import NOW, World


@pytest.fixture
def unknown(world: World) -> Collection:
    """Money was taken and the answer was lost."""
    world.running(card="lost_answer")
    bill(now=NOW, door="test")
    return Collection.objects.get()


def notice(collection: Collection, event: str = "evt_1") -> bytes:
    return json.dumps({"id": event, "handle": collection.handle, "status": "declined"}).encode()


def post(body: bytes, signature: str) -> int:
    answer = Browser().post(
        "/sandbox/hook/", body, content_type="application/json", headers={"X-Signature": signature}
    )
    return answer.status_code


def test_a_notice_settles_what_the_gateway_says_not_what_it_says(unknown: Collection) -> None:
    body = notice(unknown)
    for _ in range(50):
        assert post(body, sign(body)) == 200
    assert GatewayEvent.objects.count() == 1
    assert apply_events(now=NOW) == 1
    assert Invoice.objects.get().state == "paid"
    assert apply_events(now=NOW) == 0


@pytest.mark.parametrize("signature", ["", "0" * 64])
def test_an_unsigned_notice_is_refused(unknown: Collection, signature: str) -> None:
    assert post(notice(unknown), signature) == 400
    assert post(notice(unknown) + b" ", sign(notice(unknown))) == 400
    assert not GatewayEvent.objects.exists()


def test_a_late_notice_never_turns_paid_into_unpaid(unknown: Collection) -> None:
    for event in ("evt_1", "evt_2", "evt_3"):
        body = notice(unknown, event)
        assert post(body, sign(body)) == 200
        apply_events(now=NOW)
    assert Invoice.objects.get().state == "paid"
