"""Emails about a charge: announced before it, and on a decline or a bank's question (rule 23)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.charging import resolve
from billing.emails import upcoming_charges
from billing.models import BankDetails, Charge, Collection, Invoice
from billing.runs.billing_run import run_billing
from clients import portal_links
from core import links
from core.models import OutboxEmail
from core.outbox import emails
from tests.world import NOW, World

DAY = timedelta(days=1)
VAT = [{"name": "VAT", "percent": "7"}]


def letters(kind: str, now: Any = NOW) -> list[OutboxEmail]:
    """Return the emails of a kind as they are sent; announced ones are composed now."""
    return [
        emails.compose(row, now)
        for row in OutboxEmail.objects.filter(kind=kind).order_by("created_at", "ref")
    ]


def test_five_days_before_a_charge_the_client_is_told_amount_day_and_card(world: World) -> None:
    world.running(now=NOW - 11 * DAY, starts_on=NOW.date(), taxes=VAT, opens_at=NOW)
    assert upcoming_charges.queue_notices(now=NOW - 6 * DAY) == 0
    assert [upcoming_charges.queue_notices(now=NOW - days * DAY) for days in (5, 4, 1)] == [1, 0, 0]
    (letter,) = letters("charge_ahead", NOW - 5 * DAY)
    assert letter.to == "ploy@baan.example"
    for said in ("$3,210", "2 November 2026", "Visa ···· 4242"):
        assert said in letter.text, said


def test_without_a_card_the_announcement_asks_for_one(world: World) -> None:
    world.running(card="", now=NOW - 11 * DAY, starts_on=NOW.date(), opens_at=NOW)
    upcoming_charges.queue_notices(now=NOW - 5 * DAY)
    assert "no card is saved yet" in letters("charge_ahead")[0].text


def test_the_charge_is_made_in_the_clients_morning(world: World) -> None:
    world.running(world.client(time_zone="America/New_York"))
    assert run_billing(now=NOW, door="test").charged == 1
    morning = NOW.replace(month=12, hour=14)  # nine o'clock in New York
    assert run_billing(now=morning - timedelta(minutes=1), door="test").charged == 0
    assert run_billing(now=morning, door="test").charged == 1


@pytest.mark.parametrize("card", ["insufficient_funds", "lost_card"])
def test_the_first_decline_is_emailed_to_both_sides_once_with_what_follows(
    world: World, card: str
) -> None:
    world.running(card=card)
    for hours in range(3):
        run_billing(now=NOW + timedelta(hours=hours), door="test")
    told = {letter.to: letter.text for letter in letters("charge_failed")}
    assert set(told) == {"ploy@baan.example", world.business.owner.email}
    assert len(letters("charge_failed")) == 2
    assert ":link:" in told["ploy@baan.example"], (
        "a door without a password, to the page for a new card"
    )
    for text in told.values():
        assert ("3 November 2026" in text) == (card == "insufficient_funds"), (
            "a hard decline has no next try"
        )


def test_both_sides_see_the_same_retry_days(world: World) -> None:
    invoice = world.billed(card="insufficient_funds")
    days = ["3 November 2026", "5 November 2026", "9 November 2026", "16 November 2026"]
    owner, client = Browser(), Browser()
    owner.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    contact = world.person(invoice.client)
    door = portal_links.portal_link(contact=contact, now=timezone.now())
    client.post(f"/p/{links.token(door.id)}/")
    for browser, page in ((owner, "dashboard:invoice"), (client, "portal:invoice")):
        shown = browser.get(reverse(page, args=[invoice.pk])).content.decode()
        assert [day for day in days if day not in shown] == [], page


def test_a_charge_that_the_client_must_confirm_is_not_a_failed_try(world: World) -> None:
    invoice = world.billed(card="requires_action")
    row, (letter,) = Collection.objects.get(), letters("confirm_charge")
    assert (row.state, row.tries, invoice.charges.get().state) == ("wait", 0, "requires_action")
    assert letter.to == "ploy@baan.example" and row.action_url in letter.text
    assert not letters("charge_failed")
    for hours in (1, 24, 48):
        assert run_billing(now=NOW + timedelta(hours=hours), door="test").charged == 0
    assert len(letters("confirm_charge")) == 1
    assert invoice.charges.get().state == "requires_action", "the client has three days"
    resolve.resolve_charges(now=NOW + 4 * DAY)
    row.refresh_from_db()
    assert (row.state, row.reason, row.tries) == ("dunning", "not_confirmed", 0)


def test_two_unpaid_periods_are_charged_together_only_after_their_sum_was_shown(
    world: World,
) -> None:
    agreement = world.running(card="lost_card")
    for days in (0, 30):
        run_billing(now=NOW + days * DAY, door="test")
    run_billing(now=NOW + 31 * DAY, door="test")
    assert {row.state for row in Collection.objects.all()} == {"dunning"}
    assert Charge.objects.count() == Invoice.objects.count() == 2
    browser, door = (
        Browser(),
        portal_links.portal_link(contact=agreement.contact, now=timezone.now()),
    )
    browser.post(f"/p/{links.token(door.id)}/")
    page = browser.get(reverse("portal:method")).content.decode()
    assert "$6,000" in page
    for invoice in Invoice.objects.all():
        assert invoice.number in page


def test_a_decline_names_sum_service_card_next_tries_and_another_way_to_pay(world: World) -> None:
    bank = BankDetails(business=world.business, holder="Studio", account="DE89370400440532013000")
    bank.save()
    invoice = world.billed(card="insufficient_funds")
    told = {letter.to: letter for letter in letters("charge_failed")}
    client, owner = told["ploy@baan.example"], told[world.business.owner.email]
    for said in ("$3,000", "Retainer", invoice.number, "Visa ····"):
        assert said in client.text and said in owner.text, said
    for day in ("3 November 2026", "5 November 2026", "9 November 2026", "16 November 2026"):
        assert day in client.text and day in owner.text, day
    for said in ("DE89 3704 0044 0532 0130 00", invoice.number.replace("-", ""), ":link:"):
        assert said in client.text, said
    assert "DE89" not in owner.text
    assert "$3,000" in client.subject


def test_a_missing_card_is_asked_for_with_sum_and_service(world: World) -> None:
    invoice = world.billed(card="")
    run_billing(now=NOW + timedelta(hours=2), door="test")
    (letter,) = letters("card_needed")
    for said in ("$3,000", "Retainer", invoice.number):
        assert said in letter.text, said


def test_a_reminder_names_the_service_and_the_owner_reads_what_follows(world: World) -> None:
    invoice = world.billed(card="", collect_by="transfer")
    run_billing(now=NOW + 8 * DAY, door="test")
    [told] = letters("overdue_owner", NOW + 8 * DAY)
    assert "The client gets the next reminder on 16 November 2026." in told.text
    for letter in (told, *letters("overdue_client", NOW + 8 * DAY)):
        assert "Retainer" in letter.text and invoice.number in letter.text
    for days in (14, 23):
        run_billing(now=NOW + days * DAY, door="test")
    assert "It was the last reminder." in letters("overdue_owner", NOW + 23 * DAY)[-1].text
