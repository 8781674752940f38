"""Money that is hidden stays hidden, and who signs without seeing it gets to no closed page."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Period, Signature, SignerChange
from agreements.proposals import after_sending, capacity, lifecycle, waitlist
from agreements.proposals.lifecycle import tiers_of
from agreements.signing import change_signer, sign, unsigned_documents
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from clients import client_records
from clients.client_records import CannotEnter, MustSeeMoney
from clients.models import Contact
from clients.people import portal_people
from core import audit, links
from core.models import OutboxEmail
from core.outbox import emails
from delivery.hours import overage
from portal.tests.test_without_money import HOME, PEOPLE, billed, colleague
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import HERE, NOW, World


def to_sign(world: World) -> tuple[Agreement, Contact]:
    """An agreement that waits for the signature of a colleague from whom money is hidden."""
    now = timezone.now()
    proposal = world.proposal(now=now, starts_on=now.date())
    anna = colleague(proposal.client)
    agreement = world.picked(proposal, now=now)
    Signature.objects.filter(agreement=agreement, contact=proposal.contact).update(contact=anna)
    return agreement, anna


def code_of(agreement: Agreement, anna: Contact) -> str:
    row = sign.request_code(
        paper=agreement, contact=anna, name="Anna", consented=True, now=timezone.now(), origin=HERE
    )
    return links.code(row.code_row)


def test_whom_a_signer_without_money_names_sees_no_money_either(world: World) -> None:
    """Somebody could name a second address of their own, and read every invoice there."""
    agreement, anna = to_sign(world)
    change_signer.request_change(
        paper=agreement,
        contact=anna,
        name="Anna again",
        email="anna@home.example",
        now=timezone.now(),
        origin=HERE,
    )
    code = links.code(SignerChange.objects.get().pk)
    other = change_signer.confirm_change(
        paper=agreement, contact=anna, code=code, now=timezone.now(), origin=HERE
    )
    assert other.is_without_money
    browser = inside(other)
    assert browser.get(reverse("portal:agreement", args=[agreement.pk])).status_code == 200
    assert browser.get(reverse("portal:invoices")).status_code == 403


def test_who_has_signed_without_seeing_money_returns_to_the_document(world: World) -> None:
    agreement, anna = to_sign(world)
    code, browser = code_of(agreement, anna), inside(anna)
    url = reverse("portal:agreement_code", args=[agreement.pk])
    page = browser.post(url, {"code": code}, follow=True)
    assert page.status_code == 200 and "You have signed" in page.text


def test_no_page_leads_who_sees_no_money_to_a_closed_one(world: World) -> None:
    agreement, anna = to_sign(world)
    running = world.running(agreement.client, now=NOW)
    run_billing(now=NOW, door="test")
    browser = inside(anna)
    pages = [HOME, *(reverse(f"portal:{name}") for name in ("documents", "requests", "reports"))]
    pages += [reverse("portal:agreement", args=[agreement.pk])]
    pages += [reverse("portal:hours", args=[running.pk])]
    code, signed = code_of(agreement, anna), reverse("portal:agreement_code", args=[agreement.pk])
    for step in ("before", "after"):
        for page in pages:
            for link in re.findall(r'href="(/p/[^"#]*)"', browser.get(page).text):
                assert browser.get(link).status_code != 403, f"{page} leads to {link} {step}"
        browser.post(signed, {"code": code})


def test_the_home_page_after_a_retainer_leads_to_no_closed_page(world: World) -> None:
    agreement = world.running(now=NOW, state="ended", ends_on=NOW.date() + timedelta(days=30))
    browser = inside(colleague(agreement.client))
    home = browser.get(HOME).text
    assert "Your retainer has ended" in home
    assert reverse("portal:agreement_pdf", args=[agreement.pk]) not in home


def test_who_has_signed_a_document_finds_it_among_the_documents(world: World) -> None:
    agreement, anna = to_sign(world)
    inside(anna).post(
        reverse("portal:agreement_code", args=[agreement.pk]), {"code": code_of(agreement, anna)}
    )
    agreement.refresh_from_db()
    assert agreement.signed_at
    other = world.running(agreement.client, now=NOW, title="Another retainer")
    page = inside(anna).get(reverse("portal:documents")).text
    assert reverse("portal:agreement_pdf", args=[agreement.pk]) in page
    assert reverse("portal:agreement_pdf", args=[other.pk]) not in page


def test_who_was_to_sign_hears_that_it_is_withdrawn(world: World) -> None:
    agreement, anna = to_sign(world)
    Signature.objects.filter(contact=anna).update(invited_at=timezone.now())
    unsigned_documents.withdraw(paper=agreement, reason="", actor="Nan", now=timezone.now())
    assert OutboxEmail.objects.get(kind="sign_void").to == anna.email


def test_a_free_place_is_announced_to_who_sees_prices(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    proposal = world.proposal(now=now, starts_on=now.date())
    anna = colleague(proposal.client, sees_money=True)
    monkeypatch.setattr(capacity, "is_full", lambda *_args: True)
    wait = waitlist.join(tier=tiers_of(proposal)[0], contact=anna, now=now, origin=HERE)
    client_records.change_contact(contact=anna, sees_money=False, now=now)
    monkeypatch.setattr(capacity, "is_full", lambda *_args: False)
    wait.refresh_from_db()
    waitlist.announce_opening(wait=wait, actor="Nan", now=now)
    assert OutboxEmail.objects.get(kind="room").to == proposal.contact.email


def test_the_link_to_pass_on_is_of_somebody_who_sees_prices(world: World) -> None:
    now = timezone.now()
    proposal = world.proposal(now=now, starts_on=now.date())
    ben = client_records.add_contact(
        client=proposal.client, name="Ben", email="ben@baan.example", now=now
    )
    client_records.change_contact(contact=ben, is_decision_maker=True, now=now)
    client_records.change_contact(contact=proposal.contact, sees_money=False, now=now)
    proposal.refresh_from_db()
    url = after_sending.link_to_pass_on(proposal=proposal, actor="Nan", now=now)
    reader = logged_in(world.business.owner)
    answer = reader.post("/p/" + url.partition("/p/")[2], follow=True)
    assert answer.status_code == 200 and "Essential" in answer.text


def test_a_proposal_is_not_sent_to_somebody_who_sees_no_prices(world: World) -> None:
    proposal = world.proposal(send=False)
    proposal.contact = colleague(proposal.client)
    proposal.save()
    assert "Anna Weber does not see prices" in " ".join(lifecycle.faults(proposal))


def test_a_billing_contact_who_left_is_invited_again_without_money(world: World) -> None:
    client = world.client()
    anna = colleague(client, sees_money=True, gets_billing=True)
    client_records.close_access(contact=anna, now=NOW)
    answer = inside(world.person(client)).post(
        PEOPLE, {"name": "Anna Weber", "email": "anna@baan.example", "hides_money": "on"}
    )
    anna.refresh_from_db()
    assert answer.status_code == 302 and anna.is_without_money and not anna.gets_billing


def test_who_is_invited_without_money_is_in_the_history_as_such(world: World) -> None:
    client = world.client()
    inside(world.person(client)).post(
        PEOPLE, {"name": "Anna Weber", "email": "anna@baan.example", "hides_money": "on"}
    )
    events = [event.event for event in audit.chain(client.pk)]
    assert events[-2:] == ["person_invited", "person_money_hidden"]


def test_somebody_who_cannot_enter_does_not_decide(world: World) -> None:
    """Nobody active would see money, and emails about it would go to who must not see it."""
    agreement, anna = billed(world)
    ben = client_records.add_contact(
        client=agreement.client, name="Ben", email="ben@baan.example", now=NOW
    )
    client_records.close_access(contact=ben, now=NOW)
    with pytest.raises(CannotEnter):
        client_records.change_contact(contact=ben, is_decision_maker=True, now=NOW)
    assert anna.who_reads == world.person(agreement.client)


def test_money_is_not_hidden_where_nobody_else_sees_it(world: World) -> None:
    """A client of an earlier version may be without a decision maker."""
    client = world.client()
    client.contacts.update(is_decision_maker=False)
    ploy, anna = client.contacts.get(), colleague(client, sees_money=True)
    client_records.change_contact(contact=anna, sees_money=False, now=NOW)
    assert anna.who_reads == ploy
    with pytest.raises(MustSeeMoney):
        client_records.change_contact(contact=ploy, sees_money=False, now=NOW)


def test_what_extra_hours_cost_is_asked_of_somebody_who_sees_prices(world: World) -> None:
    """Also at a client of an earlier version who has no decision maker."""
    client = world.client()
    world.running(client, now=NOW, contact=colleague(client))
    run_billing(now=NOW, door="test")
    client.contacts.update(is_decision_maker=False)
    overage.request_approval(
        period=Period.objects.get(), minutes=60, rate=100_00, note="", actor="Nan", now=NOW
    )
    assert OutboxEmail.objects.get(kind="overage").to == "ploy@baan.example"


def test_emails_about_money_that_wait_do_not_reach_who_sees_none_now(world: World) -> None:
    """They may wait for hours: while the mail server is away, or after a failed try."""
    client = world.client()
    anna = colleague(client, sees_money=True, gets_billing=True)
    world.running(client, now=NOW, contact=anna)
    run_billing(now=NOW, door="test")
    for email in OutboxEmail.objects.filter(text=""):
        emails.compose(email, NOW)
    Invoice.objects.get()
    assert OutboxEmail.objects.filter(to=anna.email, kind="receipt").exists()
    client_records.change_contact(contact=anna, gets_billing=False, sees_money=False, now=NOW)
    for email in OutboxEmail.objects.filter(text=""):
        emails.compose(email, NOW)
    receipts = OutboxEmail.objects.filter(kind="receipt")
    assert [email.to for email in receipts] == ["ploy@baan.example"]


def test_copies_that_wait_do_not_reach_who_sees_no_money_now(world: World) -> None:
    agreement = world.running(now=NOW)
    anna = colleague(agreement.client, sees_money=True, gets_billing=True)
    run_billing(now=NOW, door="test")
    emails.compose(OutboxEmail.objects.get(kind="receipt"), NOW)
    assert OutboxEmail.objects.filter(to=anna.email, copy_of__isnull=False).exists()
    client_records.change_contact(contact=anna, gets_billing=False, sees_money=False, now=NOW)
    assert not OutboxEmail.objects.filter(to=anna.email).exists()


def test_a_choice_made_on_an_old_page_holds(world: World) -> None:
    """The right was changed in another tab since the row was read."""
    client = world.client()
    anna = colleague(client)
    old = Contact.objects.get(pk=anna.pk)
    client_records.change_contact(contact=anna, sees_money=True, now=NOW)
    portal_people.choose_money(
        by=world.person(client), contact=old, sees_money=False, now=NOW, origin=HERE
    )
    anna.refresh_from_db()
    assert anna.is_without_money


def test_a_session_that_is_open_loses_money_at_once(world: World) -> None:
    _agreement, anna = billed(world)
    client_records.change_contact(contact=anna, sees_money=True, now=NOW)
    browser, page = inside(anna), reverse("portal:invoices")
    assert browser.get(page).status_code == 200
    client_records.change_contact(contact=anna, sees_money=False, now=NOW)
    assert browser.get(page).status_code == 403
    home = browser.get(HOME)
    assert "$" not in home.text and home["Cache-Control"] == "private, no-store"
