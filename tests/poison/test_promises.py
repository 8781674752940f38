"""One tenant's bad row, unreadable key or silent gateway stops and delays no other tenant."""

from typing import Any

import pytest

from billing.gateways import accounts
from billing.models import GatewayAccount, GatewayEvent, Invoice
from billing.runs import billing_run
from billing.tests.test_switches import account, acme
from core.database import vault
from tests.world import NOW, World


@pytest.fixture
def other(db: None) -> World:
    """Another tenant, whose retainer is billed by the same run."""
    neighbour = World()
    neighbour.running()
    return neighbour


def numbers(world: World) -> list[str]:
    return list(Invoice.objects.filter(business=world.business).values_list("state", flat=True))


def test_frozen_taxes_that_lack_a_key_stop_nobody_elses_invoice(world: World, other: World) -> None:
    world.running(taxes=[{"name": "VAT"}])
    billing_run.run_scheduled(now=NOW)
    assert (numbers(world), numbers(other)) == ([], ["paid"])


def test_a_gateway_key_that_cannot_be_read_stops_nobody_else(
    world: World, other: World, settings: Any
) -> None:
    own = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-of-this-installation" * 2
    row = account(world.business, is_live=False)
    GatewayAccount.objects.filter(pk=row.pk).update(
        gateway="acme", secret=vault.seal("sk_test_x")
    )
    settings.SECRET_KEY = own
    with acme():
        billing_run.run_scheduled(now=NOW)
    assert numbers(other) == ["paid"]


def test_a_notice_that_cannot_be_read_stops_nobody_else(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed()
    GatewayEvent.objects.create(
        gateway="sandbox",
        event_id="evt_1",
        handle=invoice.collection.handle,
        body=b"",
        received_at=NOW,
    )
    gateway = accounts.gateway("sandbox", world.business.pk)

    def disputes(self: Any, handle: str) -> Any:
        raise AttributeError("'NoneType' object has no attribute 'evidence_details'")

    monkeypatch.setattr(type(gateway), "disputes", disputes)
    third = World()
    third.running()
    billing_run.run_scheduled(now=NOW)
    assert numbers(third) == ["paid"]
    assert GatewayEvent.objects.get().done_at is None
