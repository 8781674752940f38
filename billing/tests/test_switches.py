"""Nothing is charged if charging is off, in a restored copy, or if the clock is wrong.

Rules 23 and 24.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.charging import collect
from billing.gateways import registry
from billing.gateways.base import GatewayUnknown
from billing.models import BillingRun, Charge, Collection, GatewayAccount, Invoice, PaymentMethod
from billing.rules.errors import NotConnected
from billing.runs import run
from billing.runs.run import bill
from core.database import vault
from core.models import Business
from tests.world import NOW, World

HOUR = timedelta(hours=1)


def account(business: Business, *, is_live: bool) -> GatewayAccount:
    """A Stripe account of the business. These tests never call Stripe."""
    sealed = {"secret": vault.seal("sk_x"), "webhook_secret": vault.seal("whsec_x")}
    return GatewayAccount.objects.create(
        business=business, gateway="stripe", is_live=is_live, connected_at=NOW, **sealed
    )


# Switched off


def test_with_charging_off_invoices_are_issued_and_nobody_is_charged(
    world: World, settings: Any
) -> None:
    settings.CHARGING = "off"
    invoice = world.billed()
    assert invoice.state == "open"
    assert not Charge.objects.exists()
    settings.CHARGING = "sandbox"
    bill(now=NOW + HOUR, door="test")
    assert Invoice.objects.get().state == "paid"


@pytest.mark.parametrize("switch", [{"charging_on": False}, {"is_suspended": True}])
def test_charging_can_be_switched_off_for_one_business(
    world: World, switch: dict[str, bool]
) -> None:
    other = World()
    world.running()
    other.running()
    Business.objects.filter(pk=world.business.pk).update(**switch)
    bill(now=NOW, door="test")
    assert [charge.business_id for charge in Charge.objects.all()] == [other.business.pk]


def test_nothing_is_charged_if_charging_is_switched_off_after_the_claim(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.running()
    arm = collect._arm

    def off_first(*asked: Any) -> Any:
        Business.objects.update(charging_on=False)
        return arm(*asked)

    monkeypatch.setattr(collect, "_arm", off_first)
    bill(now=NOW, door="test")
    assert not Charge.objects.exists()
    assert Collection.objects.get().state == "ready"


# A restored copy


def test_a_restored_copy_charges_nobody_until_real_charging_is_switched_on_for_it(
    world: World, settings: Any
) -> None:
    live, client = account(world.business, is_live=True), world.client()
    PaymentMethod.objects.create(
        business=world.business,
        client=client,
        gateway="stripe",
        token="cus_1/pm_1",
        brand="Visa",
        last4="4242",
    )
    world.running(client, card="")
    for value in ("sandbox", "off"):
        settings.CHARGING = value
        with pytest.raises(NotConnected):
            registry.connect(live)
        bill(now=NOW, door="test")
        row = Collection.objects.get()
        assert (row.gateway, row.state, row.handle) == ("stripe", "ready", None)
        Collection.objects.update(lease_until=None)
    assert not Charge.objects.exists()
    settings.CHARGING = "real"
    assert registry.connect(live).name == "stripe"


def test_with_real_charging_neither_a_test_key_nor_the_sandbox_is_used(
    world: World, settings: Any
) -> None:
    settings.CHARGING = "real"
    with pytest.raises(NotConnected):
        registry.connect(account(world.business, is_live=False))
    with pytest.raises(RuntimeError):
        registry.gateway("sandbox", world.business.pk)


# A clock that is wrong


def test_after_the_clock_jumped_the_hourly_run_waits_for_a_person(world: World) -> None:
    run.tick(now=NOW)
    world.running()
    jumped = NOW + timedelta(hours=37)
    refused = run.tick(now=jumped)
    assert "jumped" in refused.refused_because
    assert run.tick(now=jumped + HOUR).pk == refused.pk, "it is reported once"
    assert not Invoice.objects.exists()
    assert run.allow(now=jumped + HOUR) == 1
    assert run.tick(now=jumped + 2 * HOUR).refused_because == ""
    assert Invoice.objects.get().state == "paid"


def test_a_day_and_a_half_without_a_run_is_not_a_jump(world: World) -> None:
    run.tick(now=NOW)
    assert run.tick(now=NOW + timedelta(hours=36)).refused_because == ""
    assert not run.refused()


@pytest.mark.parametrize(
    ("minutes", "is_refused"), [(-6, True), (-4, False), (0, False), (4, False), (6, True)]
)
def test_nothing_is_charged_if_the_clock_differs_from_the_gateways_by_over_five_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch, minutes: int, is_refused: bool
) -> None:
    class Watch:
        def clock(self) -> datetime:
            return NOW + timedelta(minutes=minutes)

    account(World().business, is_live=False)
    monkeypatch.setattr(run, "connect", lambda account: Watch())
    world.running()
    assert bool(run.tick(now=NOW).refused_because) == is_refused
    assert Charge.objects.exists() != is_refused


def test_a_gateway_that_does_not_answer_does_not_stop_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        def clock(self) -> datetime:
            raise GatewayUnknown("no answer")

    account(World().business, is_live=False)
    monkeypatch.setattr(run, "connect", lambda account: Silent())
    run.tick(now=NOW)
    assert BillingRun.objects.get().refused_because == ""
