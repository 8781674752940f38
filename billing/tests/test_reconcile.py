"""Every day the gateway's list is held against ours: what we missed is written down, what differs is said."""

from datetime import timedelta

import pytest

from billing.books.invariants import broken
from billing.charging.reconcile import reconcile
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import Invoice, Payment
from billing.runs import daily_audit
from core.models import OutboxEmail
from tests.world import NOW, World

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def paid(world: World) -> Invoice:
    """A paid invoice whose object the gateway made in the same moment."""
    invoice = world.billed()
    SandboxIntent.objects.update(created_at=NOW)
    return invoice


def test_where_both_lists_agree_nothing_is_said(paid: Invoice) -> None:
    assert reconcile(now=LATER) == []


def test_money_whose_answer_we_never_heard_is_found_and_written_down(world: World) -> None:
    invoice = world.billed(card="lost_answer")
    SandboxIntent.objects.update(created_at=NOW)
    assert not Payment.objects.exists()
    assert reconcile(now=LATER) == []
    invoice.refresh_from_db()
    assert (invoice.state, Payment.objects.get().amount) == ("paid", invoice.total)
    assert not broken(LATER)


def test_money_that_belongs_to_no_invoice_of_ours_is_said(paid: Invoice) -> None:
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
    ("change", "said"),
    [
        ({"amount": 1}, "sandbox says 1 USD, ours 300000 USD"),
        ({"status": "declined"}, "sandbox says declined"),
    ],
)
def test_a_payment_of_ours_that_the_gateway_knows_otherwise_is_said(
    paid: Invoice, change: dict[str, object], said: str
) -> None:
    SandboxIntent.objects.update(**change)
    (words,) = reconcile(now=LATER)
    assert words == f"RC-2026-0001: {said}"
    paid.refresh_from_db()
    assert paid.state == "paid", "nothing is mended in silence"


def test_a_payment_that_the_gateway_does_not_know_is_said(paid: Invoice) -> None:
    reference = Payment.objects.get().reference
    SandboxIntent.objects.all().delete()
    assert reconcile(now=LATER) == [f"RC-2026-0001: sandbox does not know the payment {reference}"]


def test_an_object_that_was_made_twice_and_bound_once_is_cancelled_after_a_day(
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
        "pi_orphan": "cancelled", "pi_bound": "new",
    }  # fmt: skip


def test_the_daily_look_tells_those_who_look_after_the_installation_and_changes_nothing(
    paid: Invoice,
) -> None:
    SandboxIntent.objects.update(amount=1)
    seen = daily_audit.watch(now=LATER)
    assert any("sandbox says 1 USD" in words for words in seen.result["broken"])
    daily_audit.watch(now=LATER)
    assert OutboxEmail.objects.filter(kind="audit").count() == 1
    assert Payment.objects.get().amount == paid.total
