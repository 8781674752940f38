"""The owner hears of the first payment of an agreement, and of others as they chose (rule 56)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing.bank_transfer import transfers
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail, OwnerNote
from core.models.notification import Event, Hears
from core.outbox import emails
from tests.browsers import logged_in
from tests.world import NOW, World

NEXT_MONTH = NOW + timedelta(days=31)


def to_owner(world: World) -> list[OutboxEmail]:
    """What the owner was emailed about payments, written."""
    rows = OutboxEmail.objects.filter(kind__in=["first_payment", "payment"]).order_by("created_at")
    written = [emails.compose(row, NOW) for row in rows]
    assert {row.to for row in written} <= {world.business.owner.email}
    return written


def test_the_first_payment_of_an_agreement_is_told_once_and_at_once(world: World) -> None:
    invoice = world.billed()
    run_billing(now=NEXT_MONTH, door="test")
    (email,) = to_owner(world)
    assert email.subject == "Baan Coffee paid for the first time: $3,000"
    assert invoice.number in email.text and "“Retainer”" in email.text
    assert reverse("dashboard:invoice", args=[invoice.pk]) in email.html


def test_a_first_payment_in_two_parts_is_one_email(world: World) -> None:
    invoice = world.billed(collect_by="transfer", card="")
    for n, amount in ((1, 1_000_00), (2, 2_000_00)):
        transfers.record_transfer(
            invoice=invoice,
            amount=amount,
            on=NOW.date(),
            reference=f"line {n}",
            actor="Nan",
            now=NOW,
        )
    (email,) = to_owner(world)
    assert "$1,000" in email.subject


@pytest.mark.parametrize("hears", list(Hears))
def test_each_further_payment_is_told_as_the_owner_chose(world: World, hears: Hears) -> None:
    world.hears(hears, Event.PAID)
    world.billed()
    assert not OwnerNote.objects.exists(), "the first one is told at once"
    run_billing(now=NEXT_MONTH, door="test")
    last = Invoice.objects.order_by("created_at").last()
    assert last
    said = f"Baan Coffee paid $3,000 for invoice {last.number}."
    kinds = [row.kind for row in to_owner(world)]
    assert kinds == ["first_payment", "payment"][: 2 if hears == Hears.NOW else 1]
    assert [note.sentence for note in OwnerNote.objects.all()] == [said] * (hears == Hears.DAILY)
    if hears == Hears.NOW:
        assert said in to_owner(world)[1].text


def test_a_declined_first_charge_says_that_it_is_the_first(world: World) -> None:
    world.billed(card="insufficient_funds")
    email = OutboxEmail.objects.get(kind="charge_failed", to=world.business.owner.email)
    for part in (email.text, email.html):
        assert "It is the first charge of “Retainer”" in part
        assert "/invoices/" in part


def test_the_proposals_page_shows_the_first_payment(world: World) -> None:
    agreement = world.signed()
    for day in (NOW, NEXT_MONTH):
        run_billing(now=day, door="test")
    browser = logged_in(world.business.owner)
    page = browser.get(reverse("dashboard:proposal", args=[agreement.proposal_id])).text
    assert page.count("First payment received") == 1 and "$3,000 for invoice" in page
