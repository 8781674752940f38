"""A contested payment is flagged and booked, told to the owner, and never turns its invoice unpaid (rule 22)."""

from datetime import timedelta

import pytest

from billing.books.invariants import broken
from billing.charging import disputes, gateway_events, refund
from billing.gateways.base import DisputeOutcome, GatewayDispute
from billing.gateways.sandbox.gateway import contest
from billing.gateways.sandbox.models import SandboxDispute
from billing.models import Dispute, GatewayEvent, Invoice, JournalEntry, Payment
from billing.rules.errors import NotOwed
from billing.runs.run import bill
from core.models import OutboxEmail
from tests.world import NOW, World

LATER = NOW + timedelta(days=20)


def contested(world: World) -> Invoice:
    """A paid invoice whose cardholder went to their bank."""
    invoice = world.billed()
    contest(invoice.collection.handle or "")
    look(invoice)
    return invoice


def look(invoice: Invoice) -> None:
    """What a notice makes us do."""
    gateway_events.look("sandbox", invoice.collection.handle or "", account=None, now=NOW)


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
    assert OutboxEmail.objects.get(kind="disputed").to == world.business.owner.email
    assert bill(now=NOW + timedelta(hours=1), door="test").charged == 0
    assert not broken(NOW)


@pytest.mark.parametrize(("outcome", "account"), [("won", "cash"), ("lost", "loss")])
def test_a_decision_moves_the_money_that_was_held(world: World, outcome: str, account: str) -> None:
    invoice = contested(world)
    row = decided(invoice, outcome)
    assert (row.state, row.closed_at) == (outcome, NOW)
    assert booked()[f"dispute_{outcome}"] == (account, "disputed", 3_000_00)
    assert Invoice.objects.get().state == "paid"
    assert OutboxEmail.objects.filter(kind="disputed").count() == 2
    assert not broken(NOW)


def test_the_same_notice_again_is_a_no_op(world: World) -> None:
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
def test_what_was_decided_stays_decided_whatever_older_notice_comes(
    world: World, first: str, later: str
) -> None:
    invoice = contested(world)
    decided(invoice, first)
    assert decided(invoice, later).state == first
    assert set(booked()) == {"dispute", f"dispute_{first}"}
    assert not broken(NOW)


def test_one_that_is_first_heard_of_when_it_is_over_is_booked_whole(world: World) -> None:
    invoice = world.billed()
    contest(invoice.collection.handle or "")
    assert decided(invoice, "lost").state == "lost"
    assert set(booked()) == {"dispute", "dispute_lost"}
    assert not broken(NOW)


def test_a_part_of_a_payment_can_be_contested(world: World) -> None:
    world.billed()
    found = GatewayDispute("dp_1", DisputeOutcome.OPEN, 1_000_00, "USD", "duplicate", LATER)
    row = disputes.apply(Payment.objects.get(), found, now=NOW)
    assert (row.amount, row.answer_by) == (1_000_00, LATER)
    assert refund.refundable(Payment.objects.get()) == 2_000_00
    assert not broken(NOW)


def test_contested_money_is_not_given_back_a_second_time(world: World) -> None:
    """The bank holds it already: a refund on top would pay the client twice."""
    invoice = contested(world)
    with pytest.raises(NotOwed):
        refund.give_back(invoice=invoice, amount=1, reason="R", actor="Nan", to_card=True, now=NOW)
    decided(invoice, "won")
    refund.give_back(
        invoice=invoice, amount=3_000_00, reason="R", actor="Nan", to_card=True, now=NOW
    )
    refund.carry_out(now=NOW)
    assert not broken(NOW)


def test_lost_money_is_not_given_back_either(world: World) -> None:
    invoice = contested(world)
    decided(invoice, "lost")
    assert refund.refundable(Payment.objects.get()) == 0


def test_a_notice_of_a_dispute_is_applied_by_the_next_walk(world: World) -> None:
    invoice = world.billed()
    handle = invoice.collection.handle or ""
    contest(handle)
    GatewayEvent.objects.create(
        gateway="sandbox", event_id="evt_1", handle=handle, body=b"{}", received_at=NOW
    )
    bill(now=NOW, door="test")
    assert Dispute.objects.get().state == "open"
    assert GatewayEvent.objects.get().done_at == NOW


def test_a_dispute_at_one_business_does_not_touch_another(world: World) -> None:
    invoice = contested(world)
    other = World().billed()
    look(other)
    assert [row.business_id for row in Dispute.objects.all()] == [invoice.business_id]
    assert not broken(NOW)
