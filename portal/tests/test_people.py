"""The decision maker of a client says who of their own people may open the portal (rule 71)."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.changing import pause
from agreements.models import Agreement, Proposal
from agreements.proposals import after_sending, client_actions, lifecycle
from agreements.signing import unsigned_documents
from billing.runs.billing_run import run_billing
from clients import client_records, portal_links
from clients.models import Client, Contact
from core import audit, links
from core.models import OutboxEmail
from core.outbox import emails
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import HERE, World

pytestmark = pytest.mark.rendering
PEOPLE = reverse("portal:people")
ANNA = {"name": "Anna Weber", "email": "anna@baan.example", "role": "Bookkeeper"}


def colleague(client: Client, email: str = "anna@baan.example") -> Contact:
    return client_records.add_contact(
        client=client, name="Anna Weber", email=email, now=timezone.now()
    )


def remove(browser: Browser, contact: Contact) -> int:
    return browser.post(reverse("portal:person_remove", args=[contact.pk])).status_code


def test_who_is_invited_gets_an_email_in_the_clients_language_and_can_enter(world: World) -> None:
    client = world.client(language="th")
    browser = inside(world.person(client))
    page = browser.post(PEOPLE, ANNA, follow=True)
    assert page.status_code == 200 and "anna@baan.example" in page.text
    email = OutboxEmail.objects.get(to="anna@baan.example")
    assert email.language == "th" and "Ploy" in email.text and world.business.name in email.subject
    anna = client.contacts.get(email="anna@baan.example")
    assert (anna.name, anna.role, anna.is_decision_maker) == ("Anna Weber", "Bookkeeper", False)
    link = portal_links.portal_link(contact=anna, now=timezone.now())
    assert Browser().post(f"/p/{links.token(link.pk)}/").status_code == 302


def test_who_is_removed_is_out_at_once_with_every_link(world: World) -> None:
    client = world.client()
    anna = colleague(client)
    link = portal_links.portal_link(contact=anna, now=timezone.now())
    her_browser = inside(anna)
    assert her_browser.get(reverse("portal:home")).status_code == 200
    assert remove(inside(world.person(client)), anna) == 302
    assert her_browser.get(reverse("portal:home")).status_code == 403
    assert Browser().post(f"/p/{links.token(link.pk)}/").status_code == 410


def test_only_the_decision_maker_sees_and_changes_people(world: World) -> None:
    client = world.client()
    anna, other = colleague(client), colleague(client, "ben@baan.example")
    browser = inside(anna)
    assert PEOPLE not in browser.get(reverse("portal:home")).text
    assert browser.get(PEOPLE).status_code == 404
    assert browser.post(PEOPLE, ANNA | {"email": "new@baan.example"}).status_code == 404
    assert remove(browser, other) == 404
    other.refresh_from_db()
    assert other.is_active and client.contacts.count() == 3


def test_whoever_reads_by_a_link_invites_and_removes_nobody(world: World) -> None:
    client = world.client()
    anna = colleague(client)
    link = portal_links.reading_link(contact=world.person(client), now=timezone.now(), target="")
    reader = Browser()
    reader.post(f"/p/{links.token(link.pk)}/")
    reader.post(PEOPLE, ANNA | {"email": "new@baan.example"})
    assert remove(reader, anna) == 403
    anna.refresh_from_db()
    assert anna.is_active and client.contacts.count() == 2


def test_the_last_who_decides_stays(world: World) -> None:
    client = world.client()
    person = world.person(client)
    browser = inside(person)
    assert reverse("portal:person_remove", args=[person.pk]) not in browser.get(PEOPLE).text
    assert remove(browser, person) == 302
    person.refresh_from_db()
    assert person.is_active and person.is_decision_maker


@pytest.mark.parametrize("email", ["anna@baan.example", "anna at baan", "x@example.invalid"])
def test_an_address_that_cannot_be_invited_is_refused_at_its_field(
    world: World, email: str
) -> None:
    client = world.client()
    colleague(client)
    page = inside(world.person(client)).post(PEOPLE, ANNA | {"email": email})
    assert page.status_code == 422 and page.context["form"].errors["email"]
    assert client.contacts.count() == 2


def test_an_invitation_never_tells_who_the_other_clients_are(world: World) -> None:
    """A person of another client is invited like a stranger; the freelancer is not."""
    client = world.client()
    world.client("Northwind", contact_email="erik@northwind.example")
    browser = inside(world.person(client))
    for email, status in (
        ("ERIK@northwind.example", 302),
        ("nobody@stranger.example", 302),
        (world.business.owner.email, 422),
    ):
        assert browser.post(PEOPLE, ANNA | {"email": email}).status_code == status
    assert client.contacts.count() == 3


def test_the_freelancer_sees_who_was_invited_and_removed(world: World) -> None:
    client = world.running(world.client()).client
    browser = inside(world.person(client))
    browser.post(PEOPLE, ANNA)
    anna = client.contacts.get(email="anna@baan.example")
    remove(browser, anna)
    events = [event.event for event in audit.chain(client.pk)]
    assert events[-2:] == ["person_invited", "person_removed"]
    page = logged_in(world.business.owner).get(reverse("dashboard:client", args=[client.pk])).text
    assert "Anna Weber was invited to the portal" in page
    assert "Anna Weber was removed from the portal" in page
    told = OutboxEmail.objects.filter(to=world.business.owner.email, kind="person_invited")
    assert told.count() == 1


def test_a_removed_person_is_invited_again_without_a_second_entry(world: World) -> None:
    client = world.client()
    anna, browser = colleague(client), inside(world.person(client))
    remove(browser, anna)
    assert browser.post(PEOPLE, ANNA).status_code == 302
    anna.refresh_from_db()
    assert anna.is_active and client.contacts.count() == 2


def test_people_are_not_invited_without_end(world: World) -> None:
    browser = inside(world.person(world.client()))
    codes = [
        browser.post(PEOPLE, ANNA | {"email": f"p{n}@baan.example"}).status_code for n in range(11)
    ]
    assert codes == [302] * 10 + [429]


def test_the_people_of_other_clients_are_not_found(world: World) -> None:
    erik = world.person(world.client("Northwind", contact_email="erik@northwind.example"))
    extra = colleague(erik.client, "sven@northwind.example")
    browser = inside(world.person(world.client()))
    assert remove(browser, extra) == 404
    assert "northwind" not in browser.get(PEOPLE).text
    assert timezone.now() - extra.created_at < timedelta(hours=1)


def test_what_somebody_got_who_left_goes_to_the_decision_maker(world: World) -> None:
    """Invoices, charges and pauses were addressed to the person who once signed."""
    now = timezone.now()
    client = world.client(now=now)
    anna = colleague(client)
    agreement = world.running(client, now=now, starts_on=now.date(), contact=anna)
    remove(inside(world.person(client)), anna)
    OutboxEmail.objects.all().delete()
    agreement.refresh_from_db()
    run_billing(now=now, door="test")
    pause.pause_agreement(agreement=agreement, resumes_on=None, reason="R", actor="N", now=now)
    for email in OutboxEmail.objects.filter(text=""):
        emails.compose(email, now)
    sent = dict(OutboxEmail.objects.values_list("kind", "to"))
    assert sent["receipt"] == sent["paused"] == "ploy@baan.example"
    assert anna.email not in sent.values()


def test_who_is_out_already_is_not_removed_again(world: World) -> None:
    client = world.client()
    anna, browser = colleague(client), inside(world.person(client))
    for _again in range(3):
        remove(browser, anna)
    told = OutboxEmail.objects.filter(kind="person_removed")
    assert told.count() == 1
    assert [event.event for event in audit.chain(client.pk)].count("person_removed") == 1


def test_what_was_asked_by_somebody_who_left_is_answered_to_the_decision_maker(
    world: World,
) -> None:
    proposal = world.proposal(now=timezone.now())
    anna = colleague(proposal.client)
    question = client_actions.ask_question(
        proposal=proposal, contact=anna, text="How much?", now=timezone.now(), origin=HERE
    )
    client_records.close_access(contact=anna, now=timezone.now())
    question.refresh_from_db()
    client_actions.answer_question(
        question=question, text="Secret price", actor="Nan", now=timezone.now()
    )
    assert OutboxEmail.objects.get(text__contains="Secret price").to == proposal.contact.email


def test_a_name_that_is_an_address_of_the_web_is_refused(world: World) -> None:
    browser = inside(world.person(world.client()))
    bad = ANNA | {"name": "Claim it at https://evil.example/x"}
    assert browser.post(PEOPLE, bad).status_code == 422
    assert not Contact.objects.filter(email=ANNA["email"]).exists()


def test_what_is_sent_after_somebody_left_goes_to_the_decision_maker(world: World) -> None:
    """A proposal, its reminders, a longer time for it, and that nothing is to be signed."""
    now, day = timezone.now(), timedelta(days=1)
    client = world.client(now=now)
    anna = colleague(client)

    def to_anna(title: str) -> Proposal:
        drafted = world.proposal(client, now=now, starts_on=now.date(), title=title, send=False)
        Proposal.objects.filter(pk=drafted.pk).update(
            contact=anna, expires_on=now.date() + 30 * day
        )
        return Proposal.objects.get(pk=drafted.pk)

    picked = lifecycle.send_proposal(proposal=to_anna("Picked"), actor="Nan", now=now)
    agreement = world.picked(picked, now=now)
    draft = to_anna("Not sent yet")
    OutboxEmail.objects.all().delete()
    client_records.close_access(contact=anna, now=now)
    sent = lifecycle.send_proposal(proposal=Proposal.objects.get(pk=draft.pk), actor="Nan", now=now)
    after_sending.extend_proposal(
        proposal=sent, until=now.date() + 40 * day, actor="Nan", now=now + day
    )
    after_sending.remind_due(now=now + 39 * day)
    unsigned_documents.withdraw(
        paper=Agreement.objects.get(pk=agreement.pk), reason="R", actor="Nan", now=now + day
    )
    rows = OutboxEmail.objects.exclude(to=world.business.owner.email)
    kinds = {"proposal", "proposal_extended", "proposal_reminder", "sign_void"}
    assert {row.kind for row in rows} == kinds
    assert {row.to for row in rows} == {"ploy@baan.example"}
