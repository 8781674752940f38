"""Signing in a real browser: on a phone by touch, by the right person, the freelancer last."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.changing import amend
from agreements.changing.amend import AmendmentKind, Change
from agreements.contract import frozen_terms
from agreements.models import Agreement, Amendment, Signature
from agreements.proposals.lifecycle import tiers_of
from agreements.tests.test_signers import sign_as
from core import links
from core.dates import local_day
from core.models import OutboxEmail
from core.models.link import LinkPurpose
from tests.journeys.test_journey import enter, letter, link_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHO = "ploy@baan.example"


@pytest.fixture
def phone(page: Page, live_server: Any, settings: Any) -> Page:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def running(world: World, **fields: Any) -> Agreement:
    now = timezone.now()
    today = local_day(now, world.business.time_zone)
    return world.signed(
        world.picked(world.proposal(now=now, starts_on=today, **fields), now=now), now=now
    )


def test_the_client_draws_their_name_under_an_upgrade(
    phone: Page, world: World, watched: Callable[[], None]
) -> None:
    agreement, now = running(world), timezone.now()
    partner = frozen_terms.freeze_tier(agreement.proposal, tiers_of(agreement.proposal)[2])
    day = amend.effective_days(agreement, local_day(now, agreement.time_zone))[0]
    change = Change(AmendmentKind.TIER, day, tier=partner)
    row = amend.offer_amendment(agreement=agreement, change=change, actor="Nan", now=now)
    deliver()
    enter(phone, link_in(letter("sign_invitation", WHO)))
    expect(phone.get_by_text("$10,000").first).to_be_visible()
    watched()
    draw(phone)
    phone.get_by_label("I have read the agreement", exact=False).check()
    phone.get_by_role("button", name="Email me the code to sign").click()
    phone.get_by_label("Code from the email").fill(code())
    phone.get_by_role("button", name="Sign the agreement").click()
    expect(phone.get_by_text("Signed on", exact=False).first).to_be_visible()
    watched()
    assert len(Signature.objects.get(amendment=row, contact__isnull=False).strokes[0]) > 5
    assert (
        Amendment.objects.get().signed_document
    )  # sealed in the server, by the task that the signature started


def test_the_wrong_person_names_the_right_one(
    phone: Page, world: World, watched: Callable[[], None]
) -> None:
    now = timezone.now()
    agreement = world.picked(now=now, starts_on=local_day(now, world.business.time_zone))
    come_in(phone, agreement)
    phone.get_by_text("Not the right person?").click()
    phone.get_by_label("Their full name").fill("Dao Director")
    phone.get_by_label("Their email").fill("dao@baan.example")
    watched()
    phone.get_by_role("button", name="Ask this person to sign").click()
    watched()
    phone.get_by_label("Code from the email").fill(code("signer_change"))
    phone.get_by_role("button", name="Ask this person to sign").click()
    expect(phone.get_by_text("We have asked Dao Director to sign.")).to_be_visible()
    expect(phone.get_by_role("button", name="Email me the code to sign")).to_have_count(0)
    deliver()
    phone.context.clear_cookies()
    enter(phone, link_in(letter("sign_invitation", "dao@baan.example")))
    expect(phone.get_by_role("button", name="Email me the code to sign")).to_be_visible()


def test_the_freelancer_signs_last(
    page: Page, live_server: Any, world: World, watched: Callable[[], None]
) -> None:
    now = timezone.now()
    agreement = world.picked(
        now=now, starts_on=local_day(now, world.business.time_zone), countersigns=True
    )
    sign_as(agreement, agreement.contact, now=now)
    desk(page, live_server, world, f"/agreements/{agreement.pk}/")
    watched()
    page.get_by_role("button", name="Countersign").click()
    page.get_by_role("dialog").locator("[value=yes]").click()
    expect(page.get_by_text("The sealed file follows by email", exact=False)).to_be_visible()
    assert Agreement.objects.get().state == "active"


def desk(page: Page, site: Any, world: World, path: str) -> None:
    """Open a page of the dashboard as the owner, through a sign-in link."""
    link = links.mint(
        purpose=LinkPurpose.SIGN_IN, subject_id=world.business.owner.id, now=timezone.now()
    )
    page.goto(links.url(link).replace(re.match(r"https?://[^/]+", links.url(link))[0], site.url))  # type: ignore[index]
    page.locator("main button").first.click()
    page.goto(f"{site.url}{path}")


def come_in(page: Page, agreement: Agreement) -> None:
    link = links.mint(
        purpose=LinkPurpose.PORTAL,
        subject_id=agreement.contact_id,
        now=timezone.now(),
        target=f"agreement:{agreement.pk}",
    )
    enter(page, links.url(link))


def draw(page: Page) -> None:
    sheet = page.locator("canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + step * 15, box["y"] + 60 + (step % 3) * 12)
    page.mouse.up()


def deliver() -> None:
    from core.outbox.emails import send_due

    send_due(now=timezone.now())


def code(kind: str = "sign_code") -> str:
    deliver()
    row = OutboxEmail.objects.filter(kind=kind, to=WHO).latest("created_at")
    found = re.search(r"^\s*(\d{6})\s*$", links.fill(row.text, row.mark), re.M)
    assert found
    return found[1]
