"""A disputed payment is booked and reported to the owner; its invoice stays paid (rule 22)."""

from datetime import timedelta

import pytest

from billing.books.invariants import find_contradictions
from billing.charging import gateway_events, refund
from billing.charging.elsewhere import disputes
from billing.gateways.base import DisputeOutcome, GatewayDispute
from billing.gateways.sandbox.gateway import contest
from billing.gateways.sandbox.models import SandboxDispute
from billing.models import Dispute, GatewayEvent, Invoice, JournalEntry, Payment
from billing.rules.errors import NotOwed
from billing.runs.billing_run import run_billing
from core import formats
from core.models import OutboxEmail
from tests.world import NOW, World

LATER = NOW + timedelta(days=20)


def contested(world: World) -> Invoice:
    """A paid invoice whose payment the cardholder disputed."""
    invoice = world.billed()
    contest(invoice.collection.handle or "")
    look(invoice)
    return invoice


def look(invoice: Invoice) -> None:
    """Do what a webhook about this invoice makes us do."""
    gateway_events.read_gateway_object(
        "sandbox", invoice.collection.handle or "", account=None, now=NOW
    )


def decided(invoice: Invoice, outcome: str) -> Dispute:
    SandboxDispute.objects.update(status=outcome)
    look(invoice)
    return Dispute.objects.get()


def booked() -> dict[str, tuple[str, str, int]]:
    rows = JournalEntry.objects.filter(kind__startswith="dispute")
    return {row.kind: (row.debit, row.credit, row.amount) for row in rows}


def test_a_dispute_flags_the_payment_and_the_invoice_stays_paid(world: World) -> None:
    contested(world)
    row = Dispute.objects.get()
    assert (row.state, row.amount, row.reason, row.payment) == (
        "open",
        3_000_00,
        "fraudulent",
        Payment.objects.get(),
    )
    assert Invoice.objects.get().state == "paid"
    assert booked() == {"dispute": ("disputed", "cash", 3_000_00)}
    told = OutboxEmail.objects.get(kind="disputed")
    assert (told.to, told.subject) == (
        world.business.owner.email,
        f"Payment contested: {Invoice.objects.get().number}",
    )
    assert run_billing(now=NOW + timedelta(hours=1), door="test").charged == 0
    assert not find_contradictions(NOW)


@pytest.mark.parametrize(("outcome", "account"), [("won", "cash"), ("lost", "loss")])
def test_the_decision_of_a_dispute_books_the_money_that_was_held(
    world: World, outcome: str, account: str
) -> None:
    invoice = contested(world)
    row = decided(invoice, outcome)
    assert (row.state, row.closed_at) == (outcome, NOW)
    assert booked()[f"dispute_{outcome}"] == (account, "disputed", 3_000_00)
    assert Invoice.objects.get().state == "paid"
    first, second = OutboxEmail.objects.filter(kind="disputed").order_by("created_at", "pk")
    assert {first.subject, second.subject} == {
        f"Payment contested: {invoice.number}",
        f"Dispute {outcome}: {invoice.number}",
    }
    assert not find_contradictions(NOW)


def test_repeated_webhooks_of_a_dispute_change_nothing(world: World) -> None:
    invoice = contested(world)
    for _ in range(3):
        look(invoice)
    for _ in range(3):
        decided(invoice, "lost")
    assert set(booked()) == {"dispute", "dispute_lost"}
    assert JournalEntry.objects.filter(kind__startswith="dispute").count() == 2
    assert OutboxEmail.objects.filter(kind="disputed").count() == 2


@pytest.mark.parametrize(
    ("first", "later"), [("won", "lost"), ("won", "open"), ("lost", "won"), ("lost", "open")]
)
def test_a_decided_dispute_stays_decided_when_an_older_webhook_arrives(
    world: World, first: str, later: str
) -> None:
    invoice = contested(world)
    decided(invoice, first)
    assert decided(invoice, later).state == first
    assert set(booked()) == {"dispute", f"dispute_{first}"}
    assert not find_contradictions(NOW)


def test_a_dispute_that_is_already_over_when_it_is_first_seen_is_booked_completely(
    world: World,
) -> None:
    invoice = world.billed()
    contest(invoice.collection.handle or "")
    assert decided(invoice, "lost").state == "lost"
    assert set(booked()) == {"dispute", "dispute_lost"}
    assert not find_contradictions(NOW)


def test_a_part_of_a_payment_can_be_disputed(world: World) -> None:
    world.billed()
    dispute = GatewayDispute("dp_1", DisputeOutcome.OPEN, 1_000_00, "USD", "duplicate", LATER)
    stored = disputes.apply_dispute(Payment.objects.get(), dispute, now=NOW)
    assert (stored.amount, stored.answer_by) == (1_000_00, LATER)
    by = formats.moment(LATER, world.business.time_zone)
    told = OutboxEmail.objects.get(kind="disputed").text
    assert "contested the payment of $1,000" in told
    assert f"Please answer at your gateway by {by}." in told
    assert refund.refundable_amount(Payment.objects.get()) == 2_000_00
    assert not find_contradictions(NOW)


def test_a_disputed_payment_cannot_be_refunded_as_well(world: World) -> None:
    """The bank holds the money already; a refund as well would pay the client twice."""
    invoice = contested(world)
    with pytest.raises(NotOwed):
        refund.refund_invoice(
            invoice=invoice, amount=1, reason="R", actor="Nan", to_card=True, now=NOW
        )
    decided(invoice, "won")
    refund.refund_invoice(
        invoice=invoice, amount=3_000_00, reason="R", actor="Nan", to_card=True, now=NOW
    )
    refund.carry_out_refunds(now=NOW)
    assert not find_contradictions(NOW)


def test_a_payment_lost_in_a_dispute_cannot_be_refunded(world: World) -> None:
    invoice = contested(world)
    decided(invoice, "lost")
    assert refund.refundable_amount(Payment.objects.get()) == 0


def test_a_webhook_about_a_dispute_is_applied_by_the_next_run(world: World) -> None:
    invoice = world.billed()
    handle = invoice.collection.handle or ""
    contest(handle)
    GatewayEvent.objects.create(
        gateway="sandbox", event_id="evt_1", handle=handle, body=b"{}", received_at=NOW
    )
    run_billing(now=NOW, door="test")
    assert Dispute.objects.get().state == "open"
    assert GatewayEvent.objects.get().done_at == NOW


def test_a_dispute_at_one_business_does_not_touch_another(world: World) -> None:
    invoice = contested(world)
    other = World().billed()
    look(other)
    assert [row.business_id for row in Dispute.objects.all()] == [invoice.business_id]
    assert not find_contradictions(NOW)
