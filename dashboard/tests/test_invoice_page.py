"""The page of an invoice says what happens next, and what happened."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from billing.bank_transfer import transfers
from billing.models import Invoice
from billing.runs import hold
from billing.runs.billing_run import run_billing
from core.outbox import emails
from tests.world import NOW, World


def page_after(days: int, owner: Browser, invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page some days after the invoice was issued; the billing job ran every day."""
    for day in range(1, days + 1):
        run_billing(now=NOW + timedelta(days=day), door="test")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=days))
    return owner.get(reverse("dashboard:invoice", args=[invoice.pk])).content.decode()


def test_a_late_transfer_says_how_late_and_when_the_client_is_reminded(
    owner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    page = page_after(10, owner, invoice, monkeypatch)  # due after seven days
    assert "$3,000 is 3 days overdue. The client gets a reminder on 16 November 2026." in page


def test_after_the_last_reminder_it_is_the_owners_decision(
    owner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    page = page_after(22, owner, invoice, monkeypatch)
    assert "$3,000 is 15 days overdue. The last reminder was sent" in page
    assert "waiting for your decision" in page


def test_a_declined_card_says_the_next_try_and_then_waits_for_a_decision(
    owner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed(card="insufficient_funds")
    page = page_after(1, owner, invoice, monkeypatch)
    assert "We try again on 5 November 2026" in page
    page = page_after(15, owner, invoice, monkeypatch)
    assert "No try is left" in page and "waiting for your decision" in page


def test_nothing_is_promised_while_billing_is_on_hold(
    owner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed(card="insufficient_funds")
    hold.hold_billing(
        agreement=Agreement.objects.get(pk=invoice.agreement_id),
        reason="We talk about it",
        actor="Nan",
        now=NOW,
    )
    page = page_after(0, owner, invoice, monkeypatch)
    assert "Billing is on hold: nothing is charged until you release it." in page


def test_the_history_has_tries_emails_and_money(
    owner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    for day in range(9):
        run_billing(now=NOW + timedelta(days=day), door="test")
    emails.send_due(now=NOW + timedelta(days=9))
    transfers.record_transfer(
        invoice=invoice,
        amount=3_000_00,
        on=(NOW + timedelta(days=9)).date(),
        reference="",
        actor="Nan",
        now=NOW + timedelta(days=9),
    )
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=10))
    page = owner.get(reverse("dashboard:invoice", args=[invoice.pk]))
    said = [fact.what for fact in page.context["history"]]
    assert said[0] == f"Invoice {invoice.number} issued"
    assert any("Emailed ploy@baan.example" in what for what in said)
    assert f"Payment received for invoice {invoice.number}" in said
    assert said == [fact.what for fact in sorted(page.context["history"], key=lambda f: f.at)]
