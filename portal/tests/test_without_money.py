"""A colleague at the client from whom money is hidden sees none of it anywhere (rule 78)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Proposal
from agreements.proposals import client_actions
from agreements.rules.errors import NotOpen
from billing.models import (
    CreditNote,
    Dispute,
    Invoice,
    Payment,
    Refund,
    WithholdingCertificate,
)
from billing.runs.billing_run import run_billing
from clients import client_records
from clients.client_records import MustSeeMoney
from clients.models import Client, Contact
from clients.people import billing_contacts, portal_people
from clients.people.portal_people import NotTheirs
from core import audit
from core.models import OutboxEmail
from delivery.models import Overage, QuarterlyReview, Report, Request
from portal.access import PortalView
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import HERE, NOW, World

HOME, PEOPLE = reverse("portal:home"), reverse("portal:people")


def colleague(client: Client, **fields: bool) -> Contact:
    return client_records.add_contact(
        client=client,
        name="Anna Weber",
        email="anna@baan.example",
        now=NOW,
        **{"sees_money": False} | fields,
    )


def billed(world: World) -> tuple[Agreement, Contact]:
    agreement = world.running(now=NOW)
    run_billing(now=NOW, door="test")
    return agreement, colleague(agreement.client)


def test_the_decision_maker_invites_a_colleague_who_sees_no_money(world: World) -> None:
    client = world.client()
    inside(world.person(client)).post(
        PEOPLE, {"name": "Anna Weber", "email": "anna@baan.example", "hides_money": "on"}
    )
    anna = client.contacts.get(email="anna@baan.example")
    assert anna.is_without_money
    email = OutboxEmail.objects.get(kind="portal_invitation")
    assert "requests, hours and reports." in email.text and "invoices" not in email.text


def test_the_decision_maker_hides_money_and_shows_it_again_and_both_are_recorded(
    world: World,
) -> None:
    client = world.client()
    anna, browser = colleague(client, sees_money=True), inside(world.person(client))
    url = reverse("portal:person_money", args=[anna.pk])
    for show, hidden in (("no", True), ("yes", False)):
        assert browser.post(url, {"show": show}).status_code == 302
        anna.refresh_from_db()
        assert anna.is_without_money is hidden
    events = [event.event for event in audit.chain(client.pk)]
    assert events[-2:] == ["person_money_hidden", "person_money_shown"]
    owner = logged_in(world.business.owner)
    page = owner.get(reverse("dashboard:client", args=[client.pk])).text
    assert "Prices and payments were hidden from Anna Weber" in page


def test_what_the_owner_hides_and_shows_is_in_the_clients_history(world: World) -> None:
    client = world.client()
    world.person(client)
    owner = logged_in(world.business.owner)
    typed = {"name": "Anna Weber", "email": "anna@baan.example"}
    added = reverse("dashboard:contact_new", args=[client.pk])
    assert owner.post(added, typed).status_code == 302  # a box that is not ticked hides
    anna = client.contacts.get(email="anna@baan.example")
    url = reverse("dashboard:contact_edit", args=[anna.pk])
    assert owner.post(url, typed | {"role": "Finance"}).status_code == 302  # nothing to record
    assert owner.post(url, typed | {"sees_money": "on"}).status_code == 302
    assert owner.post(url, typed).status_code == 302
    assert owner.post(url, typed | {"is_decision_maker": "on"}).status_code == 302  # sees all
    told = [(event.event, event.actor) for event in audit.chain(client.pk)]
    hidden, shown = "person_money_hidden", "person_money_shown"
    assert [event for event, _actor in told] == [hidden, shown, hidden, shown]
    assert {actor for _event, actor in told} == {f"Nan Kittisak <{world.business.owner.email}>"}
    page = owner.get(reverse("dashboard:client", args=[client.pk])).text
    assert page.count("Prices and payments were hidden from Anna Weber") == 2
    assert page.count("Prices and payments were shown to Anna Weber") == 2


def test_a_colleague_does_not_show_it_to_themself(world: World) -> None:
    client = world.client()
    anna = colleague(client)
    url = reverse("portal:person_money", args=[anna.pk])
    assert inside(anna).post(url, {"show": "yes"}).status_code == 404
    with pytest.raises(NotTheirs):
        portal_people.choose_money(
            by=anna, contact=anna, sees_money=True, now=timezone.now(), origin=HERE
        )
    anna.refresh_from_db()
    assert anna.is_without_money


def test_nobody_chooses_for_the_people_of_another_client(world: World) -> None:
    anna, stranger = colleague(world.client()), world.person(world.client("The neighbour"))
    url = reverse("portal:person_money", args=[anna.pk])
    assert inside(stranger).post(url, {"show": "yes"}).status_code == 404
    with pytest.raises(NotTheirs):
        portal_people.choose_money(
            by=stranger, contact=anna, sees_money=True, now=timezone.now(), origin=HERE
        )


def test_the_owner_hides_money_on_the_contact(world: World) -> None:
    client = world.client()
    anna = colleague(client, sees_money=True)
    owner, url = logged_in(world.business.owner), reverse("dashboard:contact_edit", args=[anna.pk])
    fields = {"name": anna.name, "email": anna.email, "role": ""}
    assert owner.post(url, fields).status_code == 302
    anna.refresh_from_db()
    assert anna.is_without_money
    assert (
        "sees no prices or payments"
        in owner.get(reverse("dashboard:client", args=[client.pk])).text
    )


def test_who_decides_or_gets_emails_about_money_sees_it(world: World) -> None:
    client = world.client()
    for contact in (world.person(client), colleague(client, sees_money=True, gets_billing=True)):
        with pytest.raises(MustSeeMoney):
            client_records.change_contact(contact=contact, sees_money=False, now=NOW)
    anna = client.contacts.get(email="anna@baan.example")
    client_records.change_contact(contact=anna, gets_billing=False, sees_money=False, now=NOW)
    client_records.change_contact(contact=anna, is_decision_maker=True, now=NOW)
    assert anna.sees_money and not anna.is_without_money


def test_home_and_documents_leave_out_what_costs(world: World) -> None:
    agreement, anna = billed(world)
    number = Invoice.objects.get().number
    his, hers = inside(agreement.contact), inside(anna)
    world.proposal(agreement.client, now=timezone.now())
    assert "Your next payments" in his.get(HOME).text
    assert "A proposal is waiting for you" in his.get(HOME).text
    home = hers.get(HOME).text
    for word in (
        "A proposal is waiting",
        "$",
        "Your next payments",
        "Save a card",
        number,
        "Growth",
        "Invoices",
    ):
        assert word not in home, word
    papers = reverse("portal:documents")
    assert number in his.get(papers).text
    assert number not in hers.get(papers).text and "$" not in hers.get(papers).text


def test_no_page_reads_a_row_of_money(world: World) -> None:
    """On whichever page, also on one that is new and says nothing about it."""
    _agreement, anna = billed(world)
    view = PortalView()
    view.contact = anna
    hidden = (
        Invoice,
        Payment,
        CreditNote,
        Refund,
        Dispute,
        WithholdingCertificate,
        Overage,
        Proposal,
    )
    assert [model for model in hidden if not view.rows(model).query.is_empty()] == []
    for model in (Agreement, Request, Report, QuarterlyReview):
        assert not view.rows(model).query.is_empty(), f"{model} is needed for work"


def test_a_page_about_money_says_who_can_show_it(world: World) -> None:
    _agreement, anna = billed(world)
    answer = inside(anna).get(reverse("portal:invoices"))
    assert answer.status_code == 403 and "Ploy can show them to you" in answer.text


def test_emails_about_money_go_to_the_decision_maker(world: World) -> None:
    agreement, anna = billed(world)
    Contact.objects.filter(pk=anna.pk).update(gets_billing=True)
    assert billing_contacts.billing_contacts(agreement.contact) == []
    assert anna.who_reads == world.person(agreement.client)


def test_who_is_to_sign_a_document_reads_it(world: World) -> None:
    proposal = world.proposal()
    anna = colleague(proposal.client)
    agreement = world.picked(proposal)
    agreement.signatures.filter(contact=proposal.contact).update(contact=anna)
    browser = inside(anna)
    assert "waits for a signature" in browser.get(HOME).text
    assert browser.get(reverse("portal:agreement", args=[agreement.pk])).status_code == 200
    assert browser.get(reverse("portal:proposal", args=[proposal.pk])).status_code == 403
    bert = client_records.add_contact(
        client=proposal.client, name="Bert", email="b@baan.example", sees_money=False, now=NOW
    )
    assert "waits for a signature" not in inside(bert).get(HOME).text
    assert inside(bert).get(reverse("portal:agreement", args=[agreement.pk])).status_code == 403


def test_a_proposal_is_not_forwarded_to_somebody_who_sees_no_prices(world: World) -> None:
    proposal = world.proposal(now=timezone.now())
    colleague(proposal.client)
    with pytest.raises(NotOpen, match="cannot see prices"):
        client_actions.forward_proposal(
            proposal=proposal,
            contact=proposal.contact,
            name="Anna",
            email="anna@baan.example",
            now=timezone.now(),
            origin=HERE,
        )


def test_without_a_choice_everybody_sees_what_they_saw_before(world: World) -> None:
    client = world.client()
    ben = client_records.add_contact(client=client, name="Ben", email="ben@baan.example", now=NOW)
    assert ben.sees_money and not ben.is_without_money
    assert inside(ben).get(reverse("portal:invoices")).status_code == 200
