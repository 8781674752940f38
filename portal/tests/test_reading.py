"""A link can be opened again for reading; whoever acts in the client's name enters a code first."""

import re
from datetime import timedelta
from uuid import UUID

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Proposal, Question, Signature
from clients import portal_links
from clients.models import Contact
from core import links
from core.dates import local_day
from core.models import Link, OutboxEmail
from tests.test_tenancy import inside
from tests.world import World


def sent(world: World) -> Proposal:
    now = timezone.now()
    return world.proposal(now=now, starts_on=local_day(now, "Asia/Bangkok"))


def opened(link: Link) -> Browser:
    """A device on which the button of the link's page was pressed."""
    browser = Browser()
    assert browser.post(f"/p/{links.token(link.pk)}/").status_code == 302
    return browser


def read_again(proposal: Proposal) -> Browser:
    """A second device, on which the link of an email is opened after it was used."""
    target = f"proposal:{proposal.pk}"
    link = portal_links.portal_link(contact=proposal.contact, now=timezone.now(), target=target)
    opened(link)
    return opened(link)


def page_of(proposal: Proposal, name: str = "proposal") -> str:
    return reverse(f"portal:{name}", args=[proposal.pk])


def emailed_code(contact: Contact) -> str:
    email = OutboxEmail.objects.filter(kind="portal_code", to=contact.email).latest("created_at")
    return links.code(UUID(email.ref))


def carried(answer: str) -> dict[str, str]:
    """The hidden fields of the first form on the page."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer))


def test_a_used_link_shows_its_page_again_and_no_other(world: World) -> None:
    proposal = sent(world)
    browser = read_again(proposal)
    assert browser.get(page_of(proposal)).status_code == 200
    for other in ("home", "invoices", "method"):
        answer = browser.get(reverse(f"portal:{other}"))
        assert (answer.status_code, "Confirm that it is you" in answer.text) == (403, True), other
    assert browser.get(reverse("portal:logo")).status_code != 403


def test_what_was_typed_is_done_once_the_code_is_entered(world: World) -> None:
    proposal = sent(world)
    browser, url = read_again(proposal), page_of(proposal, "proposal_ask")
    answer = browser.post(url, {"text": "May we change the tier later?"})
    assert answer.status_code == 403 and not Question.objects.exists()

    wrong = browser.post(url, carried(answer.text) | {"portal_code": "000000x"})
    assert wrong.status_code == 422
    fields = carried(wrong.text) | {"portal_code": emailed_code(proposal.contact)}
    assert browser.post(url, fields).status_code == 302
    assert Question.objects.get().text == "May we change the tier later?"
    assert browser.get(reverse("portal:home")).status_code == 200  # it is them


def test_another_page_opens_once_the_code_is_entered(world: World) -> None:
    proposal = sent(world)
    browser, home = read_again(proposal), reverse("portal:home")
    fields = carried(browser.get(home).text)
    fields = carried(browser.post(home, fields).text)
    answer = browser.post(home, fields | {"portal_code": emailed_code(proposal.contact)})
    assert (answer.status_code, answer["Location"]) == (302, home)
    assert browser.get(home).status_code == 200


def test_a_code_cannot_be_guessed(world: World) -> None:
    proposal = sent(world)
    browser, url = read_again(proposal), page_of(proposal)
    tier = {"tier": str(proposal.tiers.get(position=1).pk)}
    browser.post(url, tier)
    code = emailed_code(proposal.contact)
    for _ in range(5):
        browser.post(url, tier | {"portal_code": "1"})
    assert browser.post(url, tier | {"portal_code": code}).status_code == 422
    assert not Agreement.objects.exists()


def test_a_code_of_another_reader_opens_nothing(world: World) -> None:
    proposal, stranger = sent(world), World().client(name="Stranger")
    theirs = inside(stranger.contacts.get())
    assert theirs.get(reverse("portal:home")).status_code == 200
    browser, other = read_again(proposal), read_again(proposal)
    tier = {"tier": str(proposal.tiers.get(position=1).pk)}
    browser.post(page_of(proposal), tier)
    code = emailed_code(proposal.contact)
    assert other.post(page_of(proposal), tier | {"portal_code": code}).status_code == 422


def test_signing_needs_no_second_code(world: World) -> None:
    agreement = world.picked(sent(world), now=timezone.now())
    target = f"agreement:{agreement.pk}"
    link = portal_links.portal_link(contact=agreement.contact, now=timezone.now(), target=target)
    opened(link)
    browser, url = opened(link), reverse("portal:agreement", args=[agreement.pk])
    assert browser.post(url, {"name": "Ploy Srisuk", "consent": "on"}).status_code == 302
    row = Signature.objects.get(agreement=agreement, contact=agreement.contact)
    assert row.code_row
    answer = browser.post(
        reverse("portal:agreement_code", args=[agreement.pk]), {"code": links.code(row.code_row)}
    )
    assert answer["Location"] == reverse("portal:method")
    assert browser.get(reverse("portal:method")).status_code == 200


def test_a_link_to_pass_on_never_opens_more_than_its_page(world: World) -> None:
    proposal = sent(world)
    link = portal_links.reading_link(
        contact=proposal.contact, now=timezone.now(), target=f"proposal:{proposal.pk}"
    )
    for _ in range(2):
        browser = opened(link)
        assert browser.get(page_of(proposal)).status_code == 200
        assert browser.get(reverse("portal:home")).status_code == 403


def test_a_reader_stays_out_once_access_is_closed_or_the_link_is_over(world: World) -> None:
    proposal = sent(world)
    now = timezone.now()
    link = portal_links.portal_link(
        contact=proposal.contact, now=now - timedelta(days=15), target=f"proposal:{proposal.pk}"
    )
    assert Browser().post(f"/p/{links.token(link.pk)}/").status_code == 410
    browser = read_again(proposal)
    portal_links.end_sessions(contact=proposal.contact, now=now)
    assert browser.get(page_of(proposal)).status_code == 403
    for used in Link.objects.all():
        assert Browser().post(f"/p/{links.token(used.pk)}/").status_code == 410
