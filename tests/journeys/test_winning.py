"""From a lead on the board to the tier that a colleague picks: both people in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Proposal
from clients.models import Client
from core.dates import local_day
from core.models import Business
from core.outbox import emails
from tests.journeys.test_journey import enter, letter, link_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHO = "ploy@baan.example"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_prospect_moves_on_the_board_and_a_reason_is_asked_for(
    page: Page, live_server: Any, world: World, watched: Callable[[], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    world.client(expected_amount=3_000_00, expected_currency="USD", now=timezone.now())
    desk(page, live_server, world, "/pipeline/")
    expect(page.get_by_text("$300", exact=False).first).to_be_visible()  # a tenth of 3,000
    watched()
    page.get_by_role("button", name="Move").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Call booked").click()
    booked = page.get_by_role("region", name="Call booked")
    expect(booked.get_by_role("link", name="Baan Coffee")).to_be_visible()
    if width > 1000:
        booked.locator("[data-card]").drag_to(page.get_by_role("region", name="Lost"))
    else:
        page.get_by_role("button", name="Move").click()
        page.get_by_role("button", name="Lost").click()
    expect(page.get_by_role("heading", name="Why was it lost?")).to_be_visible()
    watched()
    page.get_by_label("Not now").check()
    page.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_role("region", name="Lost").get_by_text("Not now")).to_be_visible()
    assert Client.objects.get().state == "lost"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_proposal_is_composed_previewed_sent_asked_about_forwarded_and_picked(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    client = world.client(now=timezone.now())
    desk(page, live_server, world, f"/clients/{client.pk}/propose/")
    compose(page, watched)
    offer = Proposal.objects.get()

    page.context.clear_cookies()
    with page.expect_response("**/seen/") as told:
        enter(page, link_in(letter("proposal", WHO)))
        page.locator("[data-tier]").first.evaluate("card => card.scrollIntoView({block: 'center'})")
    assert told.value.status == 204
    ask_and_forward(page, watched)

    page.context.clear_cookies()
    desk(page, live_server, world, f"/proposals/{offer.pk}/")
    expect(page.get_by_text("Proposal opened")).to_be_visible()
    expect(page.get_by_text("Tier viewed").first).to_be_visible()
    page.get_by_label("Your answer").fill("Yes, at the end of any month.")
    page.get_by_role("button", name="Answer").click()
    watched()

    page.context.clear_cookies()
    emails.send_due(now=timezone.now())
    enter(page, link_in(letter("proposal_forward", "somchai@baan.example")))
    expect(page.get_by_text("Yes, at the end of any month.")).to_be_visible()
    page.get_by_role("button", name="Choose Growth").click()
    expect(page.get_by_text("Please read the agreement and sign it", exact=False)).to_be_visible()
    watched()
    assert offer.agreement.contact.email == "somchai@baan.example"


@pytest.mark.parametrize("width", [1440, 390])
def test_without_capacity_a_client_joins_the_waitlist_and_is_told_of_an_opening(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    now = timezone.now()
    world.business.capacity_minutes = 40 * 60
    world.business.save()
    offer = world.proposal(
        world.client(now=now),
        now=now,
        starts_on=local_day(now, "Asia/Bangkok"),
        shows_openings=True,
    )
    emails.send_due(now=now)
    enter(page, link_in(letter("proposal", WHO)))
    expect(page.get_by_text("2 places left")).to_be_visible()
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_text("You are on the waitlist").first).to_be_visible()
    watched()

    page.context.clear_cookies()
    desk(page, live_server, world, f"/proposals/{offer.pk}/")
    expect(page.get_by_text("waits for a place in “Partner”")).to_be_visible()
    watched()
    page.get_by_role("button", name="Tell them that there is room").click()
    expect(page.get_by_text("There is no room for this tier yet.")).to_be_visible()
    Business.objects.update(capacity_minutes=100 * 60)
    page.get_by_role("button", name="Tell them that there is room").click()
    expect(page.get_by_text("that there is a place")).to_be_visible()

    page.context.clear_cookies()
    emails.send_due(now=timezone.now())
    enter(page, link_in(letter("room", WHO)))
    page.get_by_role("button", name="Choose Partner").click()
    expect(page.get_by_text("Please read the agreement and sign it", exact=False)).to_be_visible()


def compose(page: Page, watched: Callable[[], None]) -> None:
    """Write the personal sentence, preview the proposal, send a test email, and send it."""
    opening = page.get_by_label("Opening words")
    opening.fill(f"{opening.input_value()} {{{{because}}}}")
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("{{because}} is empty")).to_be_visible()
    expect(page.get_by_role("button", name="Send proposal")).to_be_disabled()
    watched()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Why the recommended tier").fill("You want an audience that answers.")
    page.get_by_role("button", name="Review and send").click()
    page.get_by_role("button", name="Send me a test").click()
    expect(page.get_by_text("We emailed the test to")).to_be_visible()
    page.get_by_role("link", name="Preview", exact=True).click()
    expect(page.get_by_role("button", name="Choose Growth")).to_be_disabled()
    watched()
    page.get_by_role("link", name="Back to the proposal").click()
    page.get_by_role("button", name="Send proposal").click()
    page.get_by_role("dialog").get_by_role("button", name="Send proposal").click()
    expect(page.get_by_text("The proposal is on its way")).to_be_visible()


def ask_and_forward(page: Page, watched: Callable[[], None]) -> None:
    expect(page.get_by_text("You want an audience that answers.").first).to_be_visible()
    watched()
    page.get_by_label("Your question").fill("Can we change the tier later?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Can we change the tier later?")).to_be_visible()
    page.get_by_text("Does somebody else decide with you?").click()
    page.get_by_label("Their full name").fill("Somchai Dee")
    page.get_by_label("Their email").fill("not an address")
    page.get_by_role("button", name="Forward").click()
    expect(page.get_by_text("Enter a valid email address.")).to_be_visible()
    watched()
    page.get_by_label("Their email").fill("somchai@baan.example")
    page.get_by_role("button", name="Forward").click()
    expect(page.get_by_text("It is on its way to somchai@baan.example")).to_be_visible()
