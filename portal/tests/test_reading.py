"""A link can be opened again for reading; whoever acts in the client's name enters a code first."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
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


def signing_page(agreement: Agreement, name: str = "agreement") -> str:
    return reverse(f"portal:{name}", args=[agreement.pk])


def two_devices(agreement: Agreement) -> tuple[Browser, Browser]:
    """The signer's device, and one on which the link of the email was opened again."""
    link = portal_links.portal_link(
        contact=agreement.contact, now=timezone.now(), target=f"agreement:{agreement.pk}"
    )
    return opened(link), opened(link)


def test_a_reader_cannot_put_another_name_under_the_signers_code(world: World) -> None:
    agreement = world.picked(sent(world), now=timezone.now())
    signer, reader = two_devices(agreement)
    signer.post(signing_page(agreement), {"name": "Ploy Srisuk", "consent": "on"})
    theirs = reader.post(signing_page(agreement), {"name": "Mallory", "consent": "on"})
    assert theirs.status_code == 403
    row = Signature.objects.get(agreement=agreement, contact=agreement.contact)
    assert row.code_row and row.name == "Ploy Srisuk"
    code = {"code": links.code(row.code_row)}
    assert signer.post(signing_page(agreement, "agreement_code"), code).status_code == 302
    row.refresh_from_db()
    assert (row.name, bool(row.signed_at)) == ("Ploy Srisuk", True)


def test_a_reader_of_a_signed_agreement_gets_no_rights_by_any_code(world: World) -> None:
    now = timezone.now()
    agreement = world.signed(world.picked(sent(world), now=now), now=now, card="")
    _signer, reader = two_devices(agreement)
    reader.post(signing_page(agreement, "agreement_code"), {"code": "000000"})
    assert reader.get(reverse("portal:home")).status_code == 403


def test_codes_of_a_reader_are_limited_by_the_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, start = read_again(sent(world)), timezone.now()
    for hour in range(4):
        at = start + timedelta(hours=hour, minutes=hour)
        monkeypatch.setattr("portal.confirmation.timezone.now", lambda at=at: at)
        for _ in range(7):
            browser.post(reverse("portal:home"))
    assert OutboxEmail.objects.filter(kind="portal_code").count() == 12


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
