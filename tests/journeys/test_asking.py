"""A client requests work, the freelancer answers and hands it over, and the client receives it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.runs.billing_run import run_billing
from clients import portal_links
from core import links
from core.dates import local_day
from core.outbox import emails
from delivery.hours import time_log
from delivery.models import Deliverable, Request
from delivery.work import checklist_actions
from tests.journeys.test_journey import enter, letter, link_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHO = "ploy@baan.example"
TIER = {
    "name": "Growth",
    "response_hours": 24,
    "deliverables": [{"title": "posts", "promised": 12}],
}


@pytest.mark.parametrize("width", [1440, 390])
def test_a_request_is_asked_answered_and_handed_over(
    page: Page,
    live_server: Any,
    world: World,
    settings: Any,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    now = timezone.now()
    begun = local_day(now, "Asia/Bangkok") - timedelta(days=9)
    agreement = world.running(
        tier=TIER, starts_on=begun, anchor_day=begun.day, now=now - timedelta(days=9)
    )
    run_billing(now=now, door="test")
    checklist_actions.open_checklists(now=now)
    time_log.log_time(agreement=agreement, on=begun, minutes=17 * 60, note="Plan", now=now)

    ask_for_it(page, live_server, agreement, watched)
    emails.send_due(now=timezone.now())
    answer_it(page, live_server, world, watched)

    page.context.clear_cookies()
    emails.send_due(now=timezone.now())
    text = letter("request_answer", WHO)
    assert "https://drive.example/banner" in text
    enter(page, link_in(text[text.index(live_server.url) :]))
    expect(page.get_by_role("link", name="https://drive.example/banner")).to_be_visible()
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    page.get_by_label("Your message").fill("Lovely, thank you!")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Lovely, thank you!")).to_be_visible()
    watched()
    page.get_by_role("link", name="Home").click()
    delivered = page.get_by_role("region", name="Delivered")
    expect(delivered.get_by_role("link", name="A banner for the market")).to_be_visible()
    expect(delivered.get_by_role("link", name="First week")).to_be_visible()
    expect(page.get_by_role("region", name="In progress").get_by_text("4 / 12")).to_be_visible()
    watched()
    delivered.get_by_role("link", name="Everything").click()
    expect(page.get_by_text("We agreed on fewer")).to_be_visible()
    watched()
    assert Request.objects.get().state == "done"


def ask_for_it(page: Page, live_server: Any, agreement: Any, watched: Callable[[], None]) -> None:
    enter(page, links.url(portal_links.portal_link(contact=agreement.contact, now=timezone.now())))
    expect(page.get_by_text("renews on")).to_be_visible()
    watched()
    page.get_by_role("link", name="Ask for something").first.click()
    expect(page.get_by_text("3 h of 20 h are left.")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    watched()
    page.get_by_label("About how long does it take?").select_option("480")
    expect(page.get_by_text("Let's talk first: 3 h are left.")).to_be_visible()
    watched()
    page.get_by_label("About how long does it take?").select_option("120")
    expect(page.get_by_text("It fits: 3 h of 20 h are left.")).to_be_visible()
    page.get_by_label("What do you need?").fill("A banner for the market\n3 m wide, on Friday.")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_text("It fits: 3 h were left")).to_be_visible()
    expect(page.get_by_text("Answer promised by")).to_be_visible()
    watched()
    assert Request.objects.count() == 1
    page.get_by_role("link", name="Requests").first.click()
    watched()


def answer_it(page: Page, live_server: Any, world: World, watched: Callable[[], None]) -> None:
    page.context.clear_cookies()
    desk(page, live_server, world, "/requests/")
    expect(page.get_by_text("Answer promised by")).to_be_visible()
    watched()
    page.get_by_role("link", name="A banner for the market").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Write a few words.")).to_be_visible()
    watched()
    page.get_by_label("Your answer").fill("Here it is, ready to print.")
    page.get_by_text("Attach a deliverable").click()
    page.get_by_label("Link", exact=True).fill("https://drive.example/banner")
    watched()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("We email the client.")).to_be_visible()
    page.get_by_role("textbox", name="Time").fill("1:30")
    page.get_by_role("button", name="Record time").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()
    watched()

    posts = Deliverable.objects.get(title="posts")
    page.goto(f"{live_server.url}/periods/{posts.period_id}/work/")
    card = page.get_by_role("region", name="posts")
    card.get_by_text("Hand over").first.click()
    card.get_by_label("Link", exact=True).fill("https://drive.example/posts")
    card.get_by_label("Title").fill("First week")
    card.get_by_label("Counts as").fill("4")
    card.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("The client sees it in the portal.")).to_be_visible()
    extra = page.get_by_role("region", name="Add a deliverable")
    extra.get_by_label("What").fill("Stickers")
    extra.get_by_role("button", name="Add").click()
    card = page.get_by_role("region", name="Stickers")
    card.get_by_text("Carry over or waive").click()
    card.get_by_role("button", name="Waive").click()
    expect(page.get_by_text("Say why: the client reads it.")).to_be_visible()
    expect(page.locator(".is-invalid")).to_be_focused()
    watched()
    card.get_by_label("Reason").fill("We agreed on fewer")
    card.get_by_role("button", name="Waive").click()
    expect(page.get_by_text("1 waived:")).to_be_visible()
    watched()
