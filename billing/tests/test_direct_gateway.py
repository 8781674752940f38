"""A direct gateway charges in one call; a charge that it does not know may still be on its way."""

from datetime import timedelta
from typing import Any

import pytest

from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, collect, resolve
from billing.gateways.base import GatewayUnknown, Outcome
from billing.gateways.sandbox_direct.gateway import SandboxDirect
from billing.gateways.sandbox_direct.models import SandboxDirectCharge
from billing.models import Charge, Collection, Invoice, PaymentMethod
from billing.rules.errors import CannotCharge
from billing.runs.billing_run import run_billing
from tests import gateways
from tests.world import NOW, World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Gateway(SandboxDirect):
    """A direct sandbox with a settable clock; `trouble` says how the next charge fails."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.trouble = NOW, ""
        self.lost: list[dict[str, Any]] = []

    def clock(self) -> Any:
        return self.now

    def charge(self, **request: Any) -> None:
        if self.trouble == "refused":
            raise CannotCharge("no such amount")
        if self.trouble == "lost":
            self.lost.append(request)
            raise GatewayUnknown("the request was lost")
        super().charge(**request)

    def arrive(self) -> None:
        """Carry out the lost requests after all."""
        for request in self.lost:
            super().charge(**request)


@pytest.fixture
def direct(settings: Any) -> Any:
    """The installation's gateway, as one of these."""
    settings.GATEWAY = "sandbox_direct"
    gateway = Gateway()
    with gateways.registered(
        gateways.kind("sandbox_direct", lambda: gateway, like="sandbox_direct")
    ):
        yield gateway


def at(direct: Gateway, later: timedelta) -> Any:
    """Run the billing job this much after NOW; return the collection."""
    direct.now = NOW + later
    run_billing(now=direct.now, door="test")
    return Collection.objects.get()


def taken() -> list[int]:
    rows = SandboxDirectCharge.objects.filter(status=Outcome.SUCCEEDED)
    return list(rows.values_list("amount", flat=True))


def states() -> list[str]:
    return list(Charge.objects.order_by("n").values_list("state", flat=True))


def test_the_handle_is_our_own_key_and_is_kept_on_the_charge(world: World, direct: Gateway) -> None:
    invoice = world.billed()
    row, charge = Collection.objects.get(), SandboxDirectCharge.objects.get()
    assert invoice.state == "paid"
    assert row.handle == str(row.prepare_key) == charge.handle == Charge.objects.get().handle
    assert not find_contradictions(NOW)


def test_after_a_decline_the_next_try_has_another_key(world: World, direct: Gateway) -> None:
    invoice = world.billed(card="insufficient_funds")
    first = Charge.objects.get().handle
    row = Collection.objects.get()
    assert (row.state, row.handle, states()) == ("ready", None, ["failed"])
    world.card(invoice.client)
    row = at(direct, 4 * DAY)
    assert (row.state, states()) == ("done", ["failed", "succeeded"])
    assert row.handle not in (None, first)
    assert not find_contradictions(direct.now)


def test_a_lost_charge_is_sent_again_with_the_same_key_and_taken_once(
    world: World, direct: Gateway
) -> None:
    direct.trouble = "lost"
    world.billed()
    assert states() == ["unknown"]
    at(direct, 3 * MINUTE)
    direct.trouble = ""
    direct.arrive()
    at(direct, 2 * DAY)  # the key was forgotten, but the look-up before the call finds the charge
    assert taken() == [3_000_00]
    assert states()[-1] == "succeeded"
    assert len({charge.handle for charge in Charge.objects.all()}) == 1
    assert not find_contradictions(direct.now)


def test_the_sandbox_charges_again_if_a_key_is_used_after_it_was_forgotten(
    world: World, direct: Gateway
) -> None:
    world.billed()
    charge = Charge.objects.get()
    for later, charges in (DAY - MINUTE, 1), (DAY, 2):
        direct.now = NOW + later
        direct.charge(
            handle=charge.handle,
            amount=charge.amount,
            currency="USD",
            reference="",
            customer=str(charge.invoice.client_id),
            token=charge.method.token,
        )
        assert len(taken()) == charges


def test_the_sandbox_refuses_a_known_key_for_another_card_or_sum(
    world: World, direct: Gateway
) -> None:
    world.billed()
    charge = Charge.objects.get()
    world.card(charge.invoice.client)
    other = PaymentMethod.objects.exclude(pk=charge.method_id).get()
    for amount, token in (charge.amount, other.token), (charge.amount + 1, charge.method.token):
        with pytest.raises(GatewayUnknown, match="another request"):
            direct.charge(
                handle=charge.handle,
                amount=amount,
                currency="USD",
                reference="",
                customer=str(charge.invoice.client_id),
                token=token,
            )
    assert taken() == [3_000_00]


def test_a_worker_that_was_delayed_does_not_send_the_charges_it_has_armed(
    world: World, direct: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([0, collect.SEND_WITHIN + 1])
    monkeypatch.setattr(collect, "_seconds", lambda: next(seconds))
    world.billed()
    assert not SandboxDirectCharge.objects.exists()
    assert states() == ["unknown"]


def test_an_amount_that_the_gateway_refuses_needs_a_person(world: World, direct: Gateway) -> None:
    direct.trouble = "refused"
    world.billed()
    row = Collection.objects.get()
    assert (row.state, row.reason, states()) == ("dunning", "cannot_charge", ["void"])


def test_a_charge_that_was_never_sent_is_cancelled_at_once(
    world: World, direct: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(collect, "_arm", lambda *_: [])
        invoice = world.billed()
    assert Collection.objects.get().handle
    cancel_invoice.void_invoice(invoice=invoice, reason="R", actor="Nan", now=NOW)
    resolve.resolve_charges(now=NOW)
    assert (Collection.objects.get().state, Invoice.objects.get().state) == ("done", "void")


@pytest.mark.parametrize("arrives", [False, True])
def test_a_charge_that_was_sent_is_cancelled_only_when_it_cannot_arrive_any_more(
    world: World, direct: Gateway, arrives: bool
) -> None:
    direct.trouble = "lost"
    invoice = world.billed()
    cancel_invoice.void_invoice(invoice=invoice, reason="R", actor="Nan", now=NOW)
    row = at(direct, MINUTE)
    assert (row.state, row.missing_since) == ("voiding", direct.now)
    row = at(direct, DAY)
    assert (row.state, Invoice.objects.get().state) == ("voiding", "open")
    assert states() == ["unknown"], "it is not given up while it may arrive"
    if arrives:
        direct.arrive()
    row = at(direct, DAY + 8 * HOUR)
    expected = ("paid", [3_000_00]) if arrives else ("void", [])
    assert (row.state, Invoice.objects.get().state, taken()) == ("done", *expected)
    assert not find_contradictions(direct.now)


def test_another_card_waits_until_the_charge_to_the_first_one_cannot_arrive_any_more(
    world: World, direct: Gateway
) -> None:
    direct.trouble = "lost"
    invoice = world.billed()
    direct.trouble = ""
    world.card(invoice.client, now=NOW + MINUTE)
    for later in (3 * MINUTE, HOUR, DAY):
        row = at(direct, later)
        assert (row.state, taken()) == ("ready", [])
    row = at(direct, DAY + 8 * HOUR)
    assert (row.state, taken(), states()) == ("done", [3_000_00], ["void", "succeeded"])
    first, second = Charge.objects.order_by("n")
    assert first.handle != second.handle
    assert not find_contradictions(direct.now)
