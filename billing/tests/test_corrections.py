"""An issued invoice never changes: it is voided, reduced or written off (rule 17).

Before that, its charge is cancelled at the gateway.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from billing.books import ledger, owing
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, refund, resolve
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import Collection, CreditNote, Invoice, JournalEntry, Payment
from billing.rules.errors import NotOpen, NotOwed
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail
from tests import gateways
from tests.world import NOW, World

LATER = NOW + timedelta(hours=2)
VAT = [{"name": "VAT", "percent": "7"}]


def collection(invoice: Invoice) -> Collection:
    return Collection.objects.select_related("invoice").get(invoice=invoice)


def cancel(invoice: Invoice) -> None:
    cancel_invoice.void_invoice(invoice=invoice, reason="Wrong client", actor="Nan", now=NOW)


def give_up(invoice: Invoice) -> None:
    cancel_invoice.write_off_invoice(invoice=invoice, reason="Insolvent", actor="Nan", now=NOW)


def less(invoice: Invoice, amount: int) -> CreditNote:
    return cancel_invoice.reduce_invoice(
        invoice=invoice, amount=amount, reason="Agreed", actor="Nan", now=NOW
    )


class Slow(Sandbox):
    """A sandbox that does not answer cancellations while `deaf`; `asked` lists its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf = False
        self.asked: list[str] = []

    def prepare(self, **asked: Any) -> str:
        self.asked.append("prepare")
        return super().prepare(**asked)

    def cancel(self, handle: str) -> None:
        if self.deaf:
            raise GatewayUnknown("no answer")
        self.asked.append("cancel")
        super().cancel(handle)


@pytest.fixture
def slow() -> Iterator[Slow]:
    bank = Slow()
    with gateways.registered(gateways.kind("sandbox", lambda: bank)):
        yield bank


# Voiding


def test_an_invoice_that_was_never_sent_to_the_gateway_is_void_at_once(world: World) -> None:
    invoice = world.billed(card="", taxes=VAT)
    cancel(invoice)
    row, note = collection(invoice), CreditNote.objects.get()
    assert (row.state, row.next_at, row.invoice.state) == ("done", None, "void")
    assert (note.invoice, note.reason, note.total, note.tax) == (
        invoice,
        "Wrong client",
        3_210_00,
        210_00,
    )
    assert owing.amount_owed(invoice) == 0
    assert ledger.client_credit(invoice.client_id, "USD") == 0
    assert not find_contradictions(NOW)


def test_the_gateways_object_is_cancelled_before_the_invoice_is_void(
    world: World, slow: Slow
) -> None:
    invoice = world.billed(card="insufficient_funds")
    slow.deaf = True
    cancel(invoice)
    resolve.resolve_charges(now=NOW)
    assert (collection(invoice).state, collection(invoice).invoice.state) == ("voiding", "open")
    assert not CreditNote.objects.exists()
    assert not find_contradictions(NOW)
    slow.deaf = False
    resolve.resolve_charges(now=LATER)
    assert (collection(invoice).state, collection(invoice).invoice.state) == ("done", "void")
    assert SandboxIntent.objects.get().status == "cancelled"
    assert not find_contradictions(LATER)


def test_a_void_invoice_is_never_charged_to_a_new_card(world: World) -> None:
    invoice = world.billed(card="lost_card")
    cancel(invoice)
    resolve.resolve_charges(now=NOW)
    world.card(invoice.client, "succeeds", LATER)
    assert run_billing(now=LATER, door="test").charged == 0
    assert not Payment.objects.exists()
    assert collection(invoice).invoice.state == "void"


@pytest.mark.parametrize("correct", [cancel, give_up])
def test_an_invoice_that_was_paid_during_cancellation_stays_paid_and_the_owner_is_told(
    world: World, correct: Any
) -> None:
    invoice = world.billed(card="lost_answer")
    correct(invoice)
    assert collection(invoice).state == "voiding"
    resolve.resolve_charges(now=LATER)
    assert (collection(invoice).state, collection(invoice).invoice.state) == ("done", "paid")
    assert not CreditNote.objects.exists()
    assert OutboxEmail.objects.get(kind="paid_not_cancelled").to == world.business.owner.email
    assert OutboxEmail.objects.filter(kind="receipt").count() == 1
    assert not find_contradictions(LATER)
    refund.refund_invoice(
        invoice=invoice, amount=1, reason="R", actor="Nan", to_card=False, now=LATER
    )


def test_a_charge_that_waits_for_the_clients_confirmation_can_be_cancelled(world: World) -> None:
    invoice = world.billed(card="requires_action")
    cancel(invoice)
    resolve.resolve_charges(now=LATER)
    assert collection(invoice).invoice.state == "void"
    assert invoice.charges.get().state == "void"
    assert not find_contradictions(LATER)


@pytest.mark.parametrize("correct", [cancel, give_up])
def test_only_an_open_invoice_can_be_cancelled_and_only_once(world: World, correct: Any) -> None:
    paid = world.billed()
    with pytest.raises(NotOpen):
        correct(paid)
    asked_twice = world.billed(client=world.client("B"), card="lost_answer")
    correct(asked_twice)
    with pytest.raises(NotOpen):
        correct(asked_twice)
    corrected = world.billed(client=world.client("C"), card="")
    correct(corrected)
    with pytest.raises(NotOpen):
        correct(corrected)
    assert CreditNote.objects.count() == (correct is cancel)


def test_a_void_invoice_keeps_its_number_and_leaves_no_gap(world: World) -> None:
    first = world.billed(card="")
    cancel(first)
    second = world.billed(client=world.client("B"), card="")
    assert [row.number for row in (first, second)] == ["RH-2026-0001", "RH-2026-0002"]
    assert not find_contradictions(NOW)


def test_the_database_refuses_to_change_or_delete_an_issued_document(world: World) -> None:
    invoice = world.billed(card="", taxes=VAT)
    less(invoice, 10_00)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.update(total=1, subtotal=1, tax=0)
    for model in (CreditNote, JournalEntry):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(currency="THB")


# Write-offs


def test_a_write_off_books_what_is_owed_as_a_loss(world: World) -> None:
    invoice = world.billed(card="")
    less(invoice, 1_000_00)
    give_up(invoice)
    assert collection(invoice).invoice.state == "written_off"
    assert [(row.by, row.amount) for row in invoice.allocations.order_by("amount")] == [
        ("credit_note", 1_000_00),
        ("write_off", 2_000_00),
    ]
    loss = JournalEntry.objects.get(debit="loss")
    assert (loss.credit, loss.amount) == ("receivable", 2_000_00)
    assert CreditNote.objects.count() == 1
    assert not find_contradictions(NOW)


def test_a_write_off_is_also_cancelled_at_the_gateway_first(world: World, slow: Slow) -> None:
    invoice = world.billed(card="insufficient_funds")
    slow.deaf = True
    give_up(invoice)
    resolve.resolve_charges(now=NOW)
    assert collection(invoice).invoice.state == "open"
    slow.deaf = False
    resolve.resolve_charges(now=LATER)
    assert collection(invoice).invoice.state == "written_off"
    assert not find_contradictions(LATER)


# Reductions before payment


def test_a_credit_note_on_an_open_invoice_leaves_less_to_charge(world: World) -> None:
    invoice = world.billed(card="")
    note = less(invoice, 500_00)
    assert (note.number, note.invoice, owing.amount_owed(invoice)) == (
        "CN-2026-0001",
        invoice,
        2_500_00,
    )
    world.card(invoice.client, "succeeds", LATER)
    run_billing(now=LATER, door="test")
    assert invoice.charges.get().amount == invoice.payments.get().amount == 2_500_00
    assert collection(invoice).invoice.state == "paid"
    assert collection(invoice).invoice.total == 3_000_00
    assert not find_contradictions(LATER)


def test_a_changed_amount_is_prepared_again_only_after_the_old_object_is_cancelled(
    world: World, slow: Slow
) -> None:
    invoice = world.billed(card="insufficient_funds")
    old = collection(invoice).handle
    less(invoice, 500_00)
    world.card(invoice.client, "succeeds", LATER)
    slow.deaf = True
    run_billing(now=LATER, door="test")
    assert collection(invoice).handle == old
    assert not Payment.objects.exists()
    slow.deaf = False
    run_billing(now=LATER + timedelta(minutes=10), door="test")
    assert slow.asked == ["prepare", "cancel", "prepare"]
    assert {row.handle: (row.status, row.amount) for row in SandboxIntent.objects.all()} == {
        old: ("cancelled", 3_000_00),
        collection(invoice).handle: ("succeeded", 2_500_00),
    }
    assert invoice.payments.get().amount == 2_500_00
    assert not find_contradictions(LATER)


def test_if_the_old_object_was_charged_after_all_the_difference_is_credit(
    world: World, slow: Slow
) -> None:
    """A request that we had given up was executed late, with the old amount: 500 are credit."""
    invoice = world.billed(card="insufficient_funds")
    less(invoice, 500_00)
    SandboxIntent.objects.update(status="succeeded")
    world.card(invoice.client, "succeeds", LATER)
    run_billing(now=LATER, door="test")
    assert collection(invoice).invoice.state == "paid"
    assert invoice.payments.get().amount == 3_000_00
    assert ledger.client_credit(invoice.client_id, "USD") == 500_00
    assert SandboxIntent.objects.count() == 1
    assert not find_contradictions(LATER)


@pytest.mark.parametrize("card", ["lost_answer", "requires_action"])
def test_an_invoice_cannot_be_reduced_while_its_charge_has_no_outcome(
    world: World, card: str
) -> None:
    invoice = world.billed(card=card)
    with pytest.raises(NotOpen):
        less(invoice, 1)
    cancel(invoice)
    with pytest.raises(NotOpen):
        less(invoice, 1)
    assert not CreditNote.objects.exists()


@pytest.mark.parametrize("amount", [0, -1, 3_000_00, 3_000_01])
def test_a_reduction_must_be_less_than_what_is_owed(world: World, amount: int) -> None:
    invoice = world.billed(card="")
    with pytest.raises(NotOwed):
        less(invoice, amount)
    less(invoice, 2_999_50)
    for too_much in (50, 1):  # all of it; and less than 0.50 is too little for a card
        with pytest.raises(NotOwed):
            less(invoice, too_much)
    assert owing.amount_owed(invoice) == 50


def test_voiding_a_reduced_invoice_credits_only_the_rest(world: World) -> None:
    invoice = world.billed(card="", taxes=VAT)
    less(invoice, 1_000_00)
    cancel(invoice)
    assert [note.total for note in invoice.credit_notes.order_by("seq")] == [1_000_00, 2_210_00]
    assert sum(note.tax for note in invoice.credit_notes.all()) == 210_00
    assert ledger.client_credit(invoice.client_id, "USD") == 0
    assert not find_contradictions(NOW)
