"""What was done in the gateway's own dashboard is booked, and found if no webhook told of it."""

from datetime import timedelta
from typing import Any

import pytest

from billing.books import client_statement
from billing.books.invariants import find_contradictions
from billing.charging import refund
from billing.charging.elsewhere import disputes, refunds
from billing.charging.reconcile import reconcile
from billing.gateways.base import DisputeOutcome, GatewayDispute, GatewayRefund, RefundOutcome
from billing.gateways.sandbox.gateway import contest, refund_there
from billing.gateways.sandbox.models import SandboxDispute, SandboxIntent, SandboxRefund
from billing.models import CreditNote, Dispute, Invoice, JournalEntry, Payment, Refund
from billing.rules.errors import OtherCurrency
from billing.tests.test_disputes import booked, look
from billing.tests.test_refunds import VAT, credit, give
from core.models import OutboxEmail
from tests.world import NOW, World

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def paid(world: World) -> Invoice:
    """A paid invoice of 3,210 with tax, whose gateway object was created at the same time."""
    invoice = world.billed(taxes=VAT)
    SandboxIntent.objects.update(created_at=NOW)
    return invoice


def refunded_there(invoice: Invoice, amount: int, status: str = "succeeded") -> SandboxRefund:
    """Refund in the gateway's dashboard, and learn of it as a webhook would tell."""
    made: SandboxRefund = refund_there(invoice.collection.handle or "", amount, status)
    SandboxRefund.objects.update(created_at=NOW)
    look(invoice)
    return made


def emails(kind: str) -> list[str]:
    return list(OutboxEmail.objects.filter(kind=kind).values_list("to", flat=True))


def cash(invoice: Invoice) -> int:
    """The balance of the account in which the client's money is."""
    rows = JournalEntry.objects.filter(client=invoice.client_id)
    received = sum(rows.filter(debit="cash").values_list("amount", flat=True))
    return received - sum(rows.filter(credit="cash").values_list("amount", flat=True))


# Refunds


@pytest.mark.parametrize("amount", [3_210_00, 1_070_00])
def test_a_refund_made_at_the_gateway_gets_a_row_a_credit_note_and_its_journal(
    paid: Invoice, amount: int
) -> None:
    refunded_there(paid, amount)
    row, note = Refund.objects.get(), CreditNote.objects.get()
    assert (row.state, row.amount, row.made_elsewhere, row.actor, row.credit_note) == (
        "succeeded",
        amount,
        True,
        "Sandbox",
        note,
    )
    assert (note.total, note.tax, note.reason) == (amount, amount * 7 // 107, "Refunded at Sandbox")
    assert (cash(paid), credit(paid), paid.state) == (3_210_00 - amount, 0, "paid")
    assert emails("refund_elsewhere") == [paid.business.owner.email]
    assert emails("refunded") == ["ploy@baan.example"]
    assert not find_contradictions(NOW)


def test_the_same_refund_heard_again_changes_nothing(paid: Invoice) -> None:
    refunded_there(paid, 1_000_00)
    before = JournalEntry.objects.count()
    look(paid)
    refund.carry_out_refunds(now=LATER)
    assert (Refund.objects.count(), JournalEntry.objects.count()) == (1, before)
    assert SandboxRefund.objects.count() == 1, "what was made elsewhere is never sent from here"


def test_each_of_two_part_refunds_is_booked(paid: Invoice) -> None:
    refunded_there(paid, 1_000_00)
    refunded_there(paid, 2_210_00)
    assert [note.total for note in CreditNote.objects.order_by("seq")] == [1_000_00, 2_210_00]
    assert cash(paid) == refund.refundable_amount(Payment.objects.get()) == 0
    assert not find_contradictions(NOW)


def test_a_pending_refund_is_looked_up_and_one_that_fails_is_credit_again(paid: Invoice) -> None:
    made = refunded_there(paid, 1_000_00, "pending")
    assert (Refund.objects.get().state, cash(paid)) == ("pending", 3_210_00)
    SandboxRefund.objects.filter(pk=made.pk).update(status="failed")
    refund.carry_out_refunds(now=LATER)
    assert (Refund.objects.get().state, cash(paid), credit(paid)) == ("failed", 3_210_00, 1_000_00)
    assert not find_contradictions(NOW)


def test_a_refund_that_the_bank_sends_back_after_days_is_credit_again(paid: Invoice) -> None:
    given = give(paid, 1_000_00, to_card=True)
    assert given
    refund.carry_out_refunds(now=NOW)
    SandboxRefund.objects.update(status="failed")
    look(paid)
    given.refresh_from_db()
    assert (given.state, cash(paid), credit(paid)) == ("failed", 3_210_00, 1_000_00)
    assert not find_contradictions(NOW)


def test_a_refund_that_had_failed_before_it_was_seen_is_not_booked(paid: Invoice) -> None:
    refunded_there(paid, 1_000_00, "failed")
    assert not Refund.objects.exists() and not CreditNote.objects.exists()
    assert reconcile(now=LATER) == []


def test_credit_of_the_same_invoice_covers_a_refund_before_a_credit_note_does(
    paid: Invoice,
) -> None:
    """The owner kept 500 as credit, then sent 700 back in the dashboard: 200 are credited anew."""
    give(paid, 500_00, to_card=False)
    refunded_there(paid, 700_00)
    assert [note.total for note in CreditNote.objects.order_by("seq")] == [500_00, 200_00]
    assert (credit(paid), cash(paid)) == (0, 2_510_00)
    assert not find_contradictions(NOW)


def test_credit_of_another_invoice_does_not_cover_a_refund(world: World, paid: Invoice) -> None:
    give(paid, 500_00, to_card=False)
    other = world.billed(client=paid.client, currency="EUR", starts_on=NOW.date())
    refunded_there(other, 100_00)
    assert CreditNote.objects.get(invoice=other).total == 100_00
    assert (credit(paid), credit(other)) == (500_00, 0)


def test_a_refund_of_what_was_credited_and_spent_is_a_loss_and_the_owner_is_told(
    world: World, paid: Invoice
) -> None:
    give(paid, 3_210_00, to_card=False)
    world.billed(client=paid.client, amount=3_000_00, card="")
    assert credit(paid) == 210_00
    refunded_there(paid, 1_000_00)
    row = Refund.objects.get()
    assert (row.state, row.uncovered, row.credit_note) == ("succeeded", 790_00, None)
    assert "$790 of it exceeds" in OutboxEmail.objects.get(kind="refund_elsewhere").text
    statement = client_statement.statement_entries(paid.client)
    assert statement[-1].balance == client_statement.client_balances(paid.client)["USD"] == 0
    SandboxRefund.objects.update(status="failed")
    look(paid)
    assert (credit(paid), cash(paid)) == (210_00, 3_210_00)
    assert not find_contradictions(NOW)


# Disputes


def test_an_inquiry_takes_no_money_and_its_owner_is_told(paid: Invoice) -> None:
    contest(paid.collection.handle or "", status="inquiry")
    look(paid)
    assert (Dispute.objects.get().state, booked(), cash(paid)) == ("inquiry", {}, 3_210_00)
    assert emails("disputed") == [paid.business.owner.email]
    assert refund.refundable_amount(Payment.objects.get()) == 3_210_00
    SandboxDispute.objects.update(status="closed")
    look(paid)
    assert (Dispute.objects.get().state, booked()) == ("closed", {})
    assert not find_contradictions(NOW)


@pytest.mark.parametrize(("decision", "left"), [("won", 3_210_00), ("lost", 0)])
def test_an_inquiry_that_becomes_a_dispute_takes_the_money_until_it_is_decided(
    paid: Invoice, decision: str, left: int
) -> None:
    contest(paid.collection.handle or "", status="inquiry")
    look(paid)
    for state, balance in (("open", 0), (decision, left)):
        SandboxDispute.objects.update(status=state)
        look(paid)
        assert (Dispute.objects.get().state, cash(paid)) == (state, balance)
    assert set(booked()) == {"dispute", f"dispute_{decision}"}
    assert not find_contradictions(NOW)


def test_what_the_gateway_has_in_another_currency_is_refused_and_not_booked(paid: Invoice) -> None:
    payment = Payment.objects.get()
    theirs = GatewayDispute("dp_1", DisputeOutcome.OPEN, 1_000, "EUR")
    back = GatewayRefund("re_1", RefundOutcome.SUCCEEDED, 1_000, "EUR")
    with pytest.raises(OtherCurrency):
        disputes.apply_dispute(payment, theirs, now=NOW)
    with pytest.raises(OtherCurrency):
        refunds.apply_refunds(payment, [back], now=NOW)
    assert not Dispute.objects.exists() and not Refund.objects.exists()


# Found without a webhook


def test_the_daily_comparison_books_what_no_webhook_told_of(paid: Invoice) -> None:
    handle = paid.collection.handle or ""
    refund_there(handle, 1_000_00)
    contest(handle)
    assert reconcile(now=LATER) == []
    assert (Refund.objects.get().state, Dispute.objects.get().state) == ("succeeded", "open")
    SandboxDispute.objects.update(status="won", created_at=NOW - timedelta(days=60))
    SandboxRefund.objects.update(status="failed")
    assert reconcile(now=LATER) == []
    assert (Refund.objects.get().state, Dispute.objects.get().state) == ("failed", "won")
    assert not find_contradictions(LATER)


CHANGES: list[Any] = [
    (SandboxRefund, {"amount": 1}, "refund {refund} of 1 USD succeeded, ours 100000 USD succeeded"),
    (SandboxDispute, {"amount": 1}, "dispute {dispute} of 1 USD lost, ours 321000 USD lost"),
    (
        SandboxDispute,
        {"status": "won"},
        "dispute {dispute} of 321000 USD won, ours 321000 USD lost",
    ),
]


@pytest.mark.parametrize(("model", "change", "said"), CHANGES)
def test_what_differs_is_reported_and_not_corrected(
    paid: Invoice, model: Any, change: dict[str, object], said: str
) -> None:
    handle = paid.collection.handle or ""
    there = refund_there(handle, 1_000_00)
    contested = contest(handle, status="lost")
    assert reconcile(now=LATER) == []
    model.objects.update(**change)
    words = said.format(refund=there.pk, dispute=contested.pk)
    assert reconcile(now=LATER) == [f"RC-2026-0001: sandbox says {words}"]


def test_what_the_gateway_does_not_know_and_what_it_did_twice_is_reported(paid: Invoice) -> None:
    given = give(paid, 1_000_00, to_card=True)
    assert given
    refund.carry_out_refunds(now=NOW)
    contest(paid.collection.handle or "")
    look(paid)
    assert reconcile(now=LATER) == []
    dispute = Dispute.objects.get()
    SandboxDispute.objects.all().delete()
    known = SandboxRefund.objects.get()
    SandboxRefund.objects.all().delete()
    given.refresh_from_db()
    assert reconcile(now=LATER) == [
        f"RC-2026-0001: sandbox does not know the refund {given.handle}",
        f"RC-2026-0001: sandbox does not know the dispute {dispute.handle}",
    ]
    known.handle = "re_again"
    known.save(force_insert=True)
    assert (
        "RC-2026-0001: sandbox says refund re_again of 100000 USD succeeded once more"
        in reconcile(now=LATER)
    )


def test_a_refund_of_a_payment_that_is_not_ours_is_reported(paid: Invoice) -> None:
    SandboxIntent.objects.create(
        handle="pi_x",
        prepare_key="x",
        invoice_ref="x",
        currency="USD",
        amount=700,
        status="cancelled",
        created_at=NOW,
    )
    refund_there("pi_x", 700)
    assert reconcile(now=LATER) == [
        "sandbox refunded 700 USD of pi_x, and we have no payment",
    ]
