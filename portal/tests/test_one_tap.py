"""The link beside an emailed code enters it with one tap, and no mail scanner can."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Question, Signature
from core import links
from core.models import OutboxEmail
from portal.tests.test_reading import page_of, read_again, sent
from tests.test_tenancy import inside
from tests.world import World


def link_of(kind: str) -> str:
    """The path of the link in the newest email of this kind, as it is sent."""
    email = OutboxEmail.objects.filter(kind=kind).latest("created_at")
    found = [links.fill(part, email.mark) for part in (email.text, email.html)]
    text, html = (re.findall(r"/p/[^\s\"]+/", part) for part in found)
    assert set(text) == set(html) and len(text) == 1, "both parts have the one link"
    assert links.code(UUID(email.ref)) in found[0], "the code can be typed all the same"
    return text[0]


def press(browser: Browser, page: str) -> tuple[str, dict[str, str]]:
    """Where the form on this page posts to, and what."""
    answer = browser.get(page)
    assert answer.status_code == 200
    main = answer.text.split("<main", 1)[1]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', main))
    (action,) = re.findall(r'<form[^>]* action="([^"]+)"', main) or [page]
    return action, fields


def test_in_the_same_browser_one_press_does_what_was_begun(world: World) -> None:
    proposal = sent(world)
    browser, tier = read_again(proposal), str(proposal.tiers.get(position=1).pk)
    asked = browser.post(page_of(proposal), {"tier": tier, "extra": ["a", "b"]})
    assert asked.status_code == 403
    link = link_of("portal_code")
    for scan in (browser.get, browser.head, Browser().get, Browser().head):
        assert scan(link).status_code == 200
    assert not Agreement.objects.exists() and browser.get(reverse("portal:home")).status_code == 403
    assert len(re.findall('name="extra"', browser.get(link).text)) == 2
    action, fields = press(browser, link)
    assert action == page_of(proposal) and fields["tier"] == tier
    del fields["extra"]  # the proposal has none
    answer = browser.post(action, fields)
    assert answer["Location"] == reverse("portal:agreement", args=[Agreement.objects.get().pk])
    assert browser.get(reverse("portal:home")).status_code == 200


def test_a_page_that_was_asked_for_opens(world: World) -> None:
    browser, home = read_again(sent(world)), reverse("portal:home")
    browser.post(home, {"portal_was_get": "1"})
    action, fields = press(browser, link_of("portal_code"))
    assert browser.post(action, fields)["Location"] == home
    assert browser.get(home).status_code == 200


def test_on_another_device_it_opens_the_page_with_all_rights_and_does_nothing_else(
    world: World,
) -> None:
    proposal = sent(world)
    browser, other = read_again(proposal), Browser()
    browser.post(page_of(proposal, "proposal_ask"), {"text": "May we?"})
    link = link_of("portal_code")
    action, fields = press(other, link)
    assert (action, "portal_code" in fields) == (link, False)
    assert other.post(link)["Location"] == page_of(proposal)
    assert other.get(reverse("portal:home")).status_code == 200
    assert not Question.objects.exists()
    assert browser.get(reverse("portal:home")).status_code == 403


def test_the_link_ends_with_its_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = sent(world)
    browser = read_again(proposal)
    browser.post(page_of(proposal, "proposal_ask"), {"text": "May we?"})
    link = link_of("portal_code")
    later = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr("portal.views.session.timezone.now", lambda: later)
    assert browser.get(link).status_code == 410
    assert Browser().post(link).status_code == 410


def test_a_code_that_was_typed_uses_its_link_up(world: World) -> None:
    proposal = sent(world)
    browser, home = read_again(proposal), reverse("portal:home")
    browser.post(home, {"portal_was_get": "1"})
    link = link_of("portal_code")
    email = OutboxEmail.objects.filter(kind="portal_code").latest("created_at")
    code = links.code(UUID(email.ref))
    browser.post(home, {"portal_was_get": "1", "portal_code": code})
    other = Browser()
    other.post(link)
    assert other.get(reverse("portal:invoices")).status_code == 403  # it reads one page


def begun(world: World, name: str = "Ploy Srisuk") -> tuple[Agreement, Browser]:
    agreement = world.picked(sent(world), now=timezone.now())
    browser = inside(agreement.contact)
    ask(browser, agreement, name)
    return agreement, browser


def ask(browser: Browser, agreement: Agreement, name: str) -> None:
    page = reverse("portal:agreement", args=[agreement.pk])
    assert browser.post(page, {"name": name, "consent": "on"}).status_code == 302


def own(agreement: Agreement) -> Signature:
    return Signature.objects.get(agreement=agreement, contact=agreement.contact)


@pytest.mark.parametrize("is_same_browser", [True, False])
def test_a_signature_is_confirmed_by_the_button_behind_the_link(
    world: World, is_same_browser: bool
) -> None:
    agreement, browser = begun(world)
    link = link_of("sign_code")
    if not is_same_browser:
        browser = Browser()
        assert browser.get(link).status_code == browser.head(link).status_code == 200
        assert browser.post(link)["Location"] == link
    assert not own(agreement).signed_at
    page = browser.get(link)
    assert agreement.title in page.text and "Ploy Srisuk" in page.text
    action, fields = press(browser, link)
    assert not own(agreement).signed_at and action.endswith("/code/")
    browser.post(action, fields)
    agreement.refresh_from_db()
    assert own(agreement).signed_at and agreement.state == "active"
    assert "The agreement is signed." in browser.get(link, follow=True).text


def test_the_link_of_a_code_that_is_void_signs_nothing(world: World) -> None:
    agreement, browser = begun(world)
    first = link_of("sign_code")
    ask(browser, agreement, "Ploy S.")
    assert browser.get(first)["Location"] == reverse("portal:agreement_code", args=[agreement.pk])
    assert not own(agreement).signed_at


def test_nobody_elses_session_signs_by_the_link(world: World) -> None:
    agreement, _browser = begun(world)
    stranger = inside(World().client(name="Stranger").contacts.get())
    answer = stranger.get(link_of("sign_code"))
    assert "portal:agreement_code" not in answer.text and "Ploy Srisuk" not in answer.text
    assert not own(agreement).signed_at
