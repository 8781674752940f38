"""Lowering an open invoice and paying out credit have their own pages; errors name the field."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.bank_transfer import transfers
from billing.books import ledger, owing
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, refund
from billing.models import CreditNote, Invoice, Refund
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail
from tests.world import NOW, World


def page(name: str, invoice: Invoice) -> str:
    return reverse(f"dashboard:{name}", args=[invoice.pk])


def lower(owner: Browser, invoice: Invoice, amount: str, **changes: str) -> Any:
    """The form as it is shown now, filled in."""
    typed = {"amount": amount, "reason": "Two posts fewer", "seen": str(owing.amount_owed(invoice))}
    return owner.post(page("invoice_reduce", invoice), typed | changes, follow=True)


def pay_out(owner: Browser, invoice: Invoice, amount: str) -> Any:
    return owner.post(page("credit_pay_out", invoice), {"amount": amount}, follow=True)


def with_credit(world: World, amount: int = 800_00) -> Invoice:
    """A paid invoice, a part of which was given back as the client's credit."""
    invoice = world.billed()
    refund.refund_invoice(
        invoice=invoice, amount=amount, reason="Late", actor="Nan", to_card=False, now=NOW
    )
    return invoice


# Lower


def test_only_the_new_amount_is_charged(owner: Browser, world: World) -> None:
    invoice = world.billed(card="")
    assert page("invoice_reduce", invoice) in owner.get(page("invoice", invoice)).content.decode()
    shown = owner.get(page("invoice_reduce", invoice)).content.decode()
    assert f"Lower the amount of {invoice.number} for Baan Coffee?" in shown
    assert "$3,000" in shown
    answer = lower(owner, invoice, "2,400")
    assert "The amount is lowered" in answer.content.decode()
    note = CreditNote.objects.get(invoice=invoice)
    assert (note.total, note.reason) == (600_00, "Two posts fewer")
    assert note.actor.startswith("Nan Kittisak")
    assert OutboxEmail.objects.filter(kind="credit_note", ref=str(note.pk)).exists()
    world.card(invoice.client)
    run_billing(now=NOW, door="test")
    assert invoice.payments.get().amount == 2_400_00
    assert not find_contradictions(NOW)


@pytest.mark.parametrize(
    ("amount", "word"),
    [
        ("3,000", "Write less than the $3,000 that is open"),
        ("9,000", "Write less than the $3,000 that is open"),
        ("0", "void it instead"),
        ("0.49", "A card cannot be charged less than $0.50"),
        ("-1", "cannot be negative"),
        ("some", "Write an amount"),
    ],
)
def test_an_amount_that_is_not_lower_is_refused_at_its_field(
    owner: Browser, world: World, amount: str, word: str
) -> None:
    invoice = world.billed(card="")
    answer = lower(owner, invoice, amount)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert word in shown and 'id="error_1_id_amount"' in shown
    assert "Two posts fewer" in shown, "what was typed is kept"
    assert not CreditNote.objects.exists()


def test_a_reason_is_asked_for(owner: Browser, world: World) -> None:
    answer = lower(owner, world.billed(card=""), "2,400", reason="")
    assert 'id="error_1_id_reason"' in answer.content.decode()
    assert not CreditNote.objects.exists()


def test_an_amount_that_changed_meanwhile_is_shown_before_anything_is_done(
    owner: Browser, world: World
) -> None:
    invoice = world.billed(card="")
    shown = str(owing.amount_owed(invoice))
    cancel_invoice.reduce_invoice(invoice=invoice, amount=500_00, reason="R", actor="Nan", now=NOW)
    answer = lower(owner, invoice, "2,400", seen=shown)
    assert "Meanwhile $2,500 is open" in answer.content.decode()
    assert 'name="seen" value="250000"' in answer.content.decode()
    assert CreditNote.objects.count() == 1


@pytest.mark.parametrize("card", ["succeeds", "requires_action"])
def test_what_is_paid_or_being_confirmed_is_not_lowered(
    owner: Browser, world: World, card: str
) -> None:
    invoice = world.billed(card=card)
    address = page("invoice_reduce", invoice)
    assert address not in owner.get(page("invoice", invoice)).content.decode()
    assert lower(owner, invoice, "1").status_code == 422
    assert not CreditNote.objects.exists()


# Pay out


def test_credit_goes_back_to_the_card_from_the_invoice_or_the_client(
    owner: Browser, world: World
) -> None:
    invoice = with_credit(world)
    address = page("credit_pay_out", invoice)
    client = reverse("dashboard:client", args=[invoice.client_id])
    for place in (page("invoice", invoice), client):
        assert address in owner.get(place).content.decode()
    shown = owner.get(address).content.decode()
    assert 'value="$800"' in shown and "Pay credit out to Baan Coffee?" in shown
    assert "on its way" in pay_out(owner, invoice, "300").content.decode()
    refund.carry_out_refunds(now=timezone.now())
    assert (Refund.objects.get().amount, Refund.objects.get().state) == (300_00, "succeeded")
    assert ledger.client_credit(invoice.client_id, "USD") == 500_00


def test_a_transfer_is_paid_out_by_hand(owner: Browser, world: World) -> None:
    invoice = world.billed(card="")
    transfers.record_transfer(
        invoice=invoice, amount=3_100_00, on=NOW.date(), reference="R1", actor="Nan", now=NOW
    )
    answer = pay_out(owner, invoice, "100")
    assert "transfer the money to the client at your bank" in answer.content.decode()
    assert ledger.client_credit(invoice.client_id, "USD") == 0


@pytest.mark.parametrize("amount", ["0", "800.01", "some"])
def test_more_than_the_credit_is_refused_at_its_field(
    owner: Browser, world: World, amount: str
) -> None:
    invoice = with_credit(world)
    answer = pay_out(owner, invoice, amount)
    assert answer.status_code == 422 and 'id="error_1_id_amount"' in answer.content.decode()
    assert not Refund.objects.exists()


def test_without_credit_there_is_nothing_to_pay_out(owner: Browser, world: World) -> None:
    invoice = world.billed()
    client = reverse("dashboard:client", args=[invoice.client_id])
    for place in (page("invoice", invoice), client):
        assert page("credit_pay_out", invoice) not in owner.get(place).content.decode()
    assert pay_out(owner, invoice, "1").status_code == 422
