"""Payments are compared with the gateway's every day.

A payment that we missed is booked; any other difference is reported.
"""

from datetime import timedelta

import pytest

from billing.books.invariants import find_contradictions
from billing.charging.reconcile import reconcile
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import Invoice, Payment
from billing.runs import daily_audit
from core.models import OutboxEmail
from tests.world import NOW, World

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def paid(world: World) -> Invoice:
    """A paid invoice whose gateway object was created at the same time."""
    invoice = world.billed()
    SandboxIntent.objects.update(created_at=NOW)
    return invoice


def test_nothing_is_reported_if_both_lists_agree(paid: Invoice) -> None:
    assert reconcile(now=LATER) == []


def test_a_payment_whose_answer_was_lost_is_found_and_booked(world: World) -> None:
    invoice = world.billed(card="lost_answer")
    SandboxIntent.objects.update(created_at=NOW)
    assert not Payment.objects.exists()
    assert reconcile(now=LATER) == []
    invoice.refresh_from_db()
    assert (invoice.state, Payment.objects.get().amount) == ("paid", invoice.total)
    assert not find_contradictions(LATER)


def test_a_charge_that_belongs_to_no_invoice_is_reported(paid: Invoice) -> None:
    SandboxIntent.objects.create(
        handle="pi_x",
        prepare_key="x",
        invoice_ref="x",
        currency="USD",
        amount=7,
        status="succeeded",
        created_at=NOW,
    )
    assert reconcile(now=LATER) == ["sandbox took 7 USD for pi_x, and we have no payment"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": 1}, "sandbox says 1 USD, ours 300000 USD"),
        ({"currency": "EUR"}, "sandbox says 300000 EUR, ours 300000 USD"),
        ({"status": "declined"}, "sandbox says declined"),
    ],
)
def test_a_payment_that_differs_at_the_gateway_is_reported(
    paid: Invoice, change: dict[str, object], message: str
) -> None:
    SandboxIntent.objects.update(**change)
    assert reconcile(now=LATER) == [f"RC-2026-0001: {message}"]
    paid.refresh_from_db()
    assert paid.state == "paid", "nothing is corrected silently"


def test_a_payment_that_the_gateway_does_not_know_is_reported(paid: Invoice) -> None:
    reference = Payment.objects.get().reference
    SandboxIntent.objects.all().delete()
    assert reconcile(now=LATER) == [f"RC-2026-0001: sandbox does not know the payment {reference}"]


def test_a_prepared_object_that_no_invoice_uses_is_cancelled_after_a_day(
    world: World,
) -> None:
    bound = world.billed(card="").collection
    for handle in ("pi_orphan", "pi_bound"):
        SandboxIntent.objects.create(
            handle=handle,
            prepare_key=handle,
            invoice_ref="x",
            currency="USD",
            amount=7,
            created_at=NOW,
        )
    type(bound).objects.update(handle="pi_bound")
    reconcile(now=NOW + timedelta(hours=23))
    assert set(SandboxIntent.objects.values_list("status", flat=True)) == {"new"}
    reconcile(now=NOW + timedelta(hours=25))
    assert dict(SandboxIntent.objects.values_list("handle", "status")) == {
        "pi_orphan": "cancelled",
        "pi_bound": "new",
    }


def test_the_daily_audit_emails_the_administrators_and_changes_nothing(
    paid: Invoice,
) -> None:
    SandboxIntent.objects.update(amount=1)
    audit = daily_audit.run_audit(now=LATER)
    assert any("sandbox says 1 USD" in sentence for sentence in audit.result["broken"])
    daily_audit.run_audit(now=LATER)
    assert OutboxEmail.objects.get(kind="audit").text.endswith("-- \nRetainer Hub\n")
    assert Payment.objects.get().amount == paid.total
