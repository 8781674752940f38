"""Nothing is charged if charging is off, in a restored copy, or if the clock is wrong.

Rules 23 and 24.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from agreements.models import Agreement
from billing.charging import collect
from billing.charging.cancel_invoice import reduce_invoice
from billing.gateways import accounts
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox_direct.gateway import SandboxDirect
from billing.models import (
    BillingRun,
    Charge,
    Collection,
    CreditNote,
    GatewayAccount,
    Invoice,
    PaymentMethod,
)
from billing.rules.errors import NotConnected
from billing.runs import billing_run
from billing.runs.billing_run import run_billing
from core.database import vault
from core.models import Business, SetAside
from tests import gateways
from tests.world import NOW, World

HOUR = timedelta(hours=1)


def account(business: Business, *, is_live: bool) -> GatewayAccount:
    """An account of the business at ACME."""
    sealed = {"secret": vault.seal("secret"), "webhook_secret": vault.seal("secret")}
    return GatewayAccount.objects.create(
        business=business, gateway="acme", is_live=is_live, connected_at=NOW, **sealed
    )


class Acme:
    """As much of a gateway with accounts as these tests ask for."""

    name = "acme"
    in_flight = 1
    per_second = 0

    def __init__(self, *, ahead: timedelta | None = timedelta(0)) -> None:
        self.ahead = ahead

    def clock(self) -> datetime:
        if self.ahead is None:
            raise GatewayUnknown("no answer")
        return NOW + self.ahead


def at_acme(world: World) -> None:
    """A retainer whose client has a card at ACME, where the business has an account."""
    account(world.business, is_live=False)
    client = world.client()
    PaymentMethod.objects.create(
        business=world.business, client=client, gateway="acme", token=str(client.pk), last4="4242"
    )
    world.running(client, card="")


@contextmanager
def acme(ahead: timedelta | None = timedelta(0)) -> Iterator[None]:
    """Register ACME, whose clock is this far ahead of ours; None means that it does not answer."""
    own = {"is_shared": False, "is_pretended": False}
    with gateways.registered(gateways.kind("acme", lambda: Acme(ahead=ahead), **own)):
        yield


# Switched off


def test_with_charging_off_invoices_are_issued_and_nobody_is_charged(
    world: World, settings: Any
) -> None:
    settings.CHARGING = "off"
    invoice = world.billed()
    assert invoice.state == "open"
    assert not Charge.objects.exists()
    settings.CHARGING = "sandbox"
    run_billing(now=NOW + HOUR, door="test")
    assert Invoice.objects.get().state == "paid"


@pytest.mark.parametrize("switch", [{"charging_on": False}, {"is_suspended": True}])
def test_charging_can_be_switched_off_for_one_business(
    world: World, settings: Any, switch: dict[str, bool]
) -> None:
    other = World()
    world.running()
    other.running()
    settings.CHARGING = "off"
    run_billing(now=NOW, door="test")
    settings.CHARGING = "sandbox"
    Business.objects.filter(pk=world.business.pk).update(**switch)
    run_billing(now=NOW + HOUR, door="test")
    assert [charge.business_id for charge in Charge.objects.all()] == [other.business.pk]
    untouched = Collection.objects.get(business=world.business)
    assert (untouched.fence, untouched.handle) == (None, None), "nothing is prepared for it either"


def test_a_suspended_business_issues_nothing(world: World) -> None:
    world.running()
    Business.objects.update(is_suspended=True)
    run_billing(now=NOW, door="test")
    assert not Invoice.objects.exists()
    Business.objects.update(is_suspended=False)
    run_billing(now=NOW + HOUR, door="test")
    assert Invoice.objects.get().state == "paid"


def reduced() -> CreditNote:
    return reduce_invoice(
        invoice=Invoice.objects.get(), amount=1_00, reason="R", actor="Nan", now=NOW
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: Business.objects.update(charging_on=False), id="charging is off"),
        pytest.param(lambda: Business.objects.update(is_suspended=True), id="suspended"),
        pytest.param(lambda: Agreement.objects.update(parked_because="R"), id="on hold"),
        pytest.param(lambda: Collection.objects.update(fence=uuid4()), id="another worker has it"),
        pytest.param(lambda: PaymentMethod.objects.update(removed_at=NOW), id="card is removed"),
        pytest.param(lambda: bool(reduced()), id="less is owed"),
    ],
)
def test_nothing_is_charged_that_must_not_be_any_more_after_the_claim(
    world: World, monkeypatch: pytest.MonkeyPatch, change: Callable[[], int]
) -> None:
    world.running()
    arm = collect._arm

    def change_first(*asked: Any) -> Any:
        assert change() == 1
        return arm(*asked)

    monkeypatch.setattr(collect, "_arm", change_first)
    run_billing(now=NOW, door="test")
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
        gateway="acme",
        token="pm_1",
        brand="Visa",
        last4="4242",
    )
    world.running(client, card="")
    for value in ("sandbox", "off"):
        settings.CHARGING = value
        with acme(), pytest.raises(NotConnected):
            accounts.connect(live)
        with acme():
            run_billing(now=NOW, door="test")
        row = Collection.objects.get()
        assert (row.gateway, row.state, row.handle) == ("acme", "ready", None)
        Collection.objects.update(lease_until=None)
    assert not Charge.objects.exists()
    settings.CHARGING = "real"
    with acme():
        assert accounts.connect(live).name == "acme"


def test_with_real_charging_neither_a_test_key_nor_the_sandbox_is_used(
    world: World, settings: Any
) -> None:
    settings.CHARGING = "real"
    with acme(), pytest.raises(NotConnected):
        accounts.connect(account(world.business, is_live=False))
    for name in ("sandbox", "sandbox_direct"):
        with pytest.raises(NotConnected):
            accounts.gateway(name, world.business.pk)
    for pretended in (Sandbox, SandboxDirect):
        with pytest.raises(RuntimeError):
            pretended()


# A clock that is wrong


@pytest.mark.parametrize("before", [0, 80])
def test_after_the_clock_jumped_the_hourly_run_waits_for_a_person(
    world: World, before: int
) -> None:
    """Forwards or, if the last run was later, back."""
    billing_run.run_scheduled(now=NOW + before * HOUR)
    world.running()
    jumped = NOW + timedelta(hours=37)
    refused = billing_run.run_scheduled(now=jumped)
    assert "jumped" in refused.refused_because
    assert billing_run.run_scheduled(now=jumped + HOUR).pk == refused.pk, "it is reported once"
    assert not Invoice.objects.exists()
    assert billing_run.confirm_clock(now=jumped + HOUR) == 1
    assert billing_run.run_scheduled(now=jumped + 2 * HOUR).refused_because == ""
    assert Invoice.objects.get().state == "paid"


def test_a_day_and_a_half_without_a_run_is_not_a_jump(world: World) -> None:
    billing_run.run_scheduled(now=NOW)
    assert billing_run.run_scheduled(now=NOW + timedelta(hours=36)).refused_because == ""
    assert not billing_run.refused_run()


@pytest.mark.parametrize(
    ("minutes", "is_refused"), [(-6, True), (-4, False), (0, False), (4, False), (6, True)]
)
def test_an_account_charges_nothing_if_its_gateways_clock_differs_by_over_five_minutes(
    world: World, minutes: int, is_refused: bool
) -> None:
    other = World()
    other.running()
    at_acme(world)
    with acme(timedelta(minutes=minutes)):
        assert billing_run.run_scheduled(now=NOW).refused_because == ""
    found = [row.reason_text for row in SetAside.objects.filter(business=world.business)]
    assert found == ["Our clock differs from the payment gateway's by more than five minutes."] * (
        is_refused
    )
    assert Invoice.objects.get(business=other.business).state == "paid", "it is nobody else's clock"


def test_an_account_is_used_again_once_the_clocks_agree(world: World) -> None:
    at_acme(world)
    for minutes, is_open in ((6, True), (0, False)):
        Collection.objects.update(lease_until=None)
        with acme(timedelta(minutes=minutes)):
            billing_run.run_scheduled(now=NOW)
        assert SetAside.objects.open().exists() == is_open


def test_a_gateway_that_does_not_answer_does_not_stop_the_run(world: World) -> None:
    World().running()
    at_acme(world)
    with acme(None):
        billing_run.run_scheduled(now=NOW)
    assert BillingRun.objects.get().refused_because == ""
    assert sorted(Invoice.objects.values_list("state", flat=True)) == ["open", "paid"]
    assert SetAside.objects.get().reason_text == "The payment gateway does not answer."
