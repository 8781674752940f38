"""What an owner tries before the first client: sample clients, own wording, and what was sent."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from clients import portal_links
from clients.models import Client
from core.models import EmailWording, OutboxEmail
from core.outbox import emails
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Looks = Callable[[], None]


@pytest.mark.parametrize("width", [1440, 390])
def test_sample_clients_are_loaded_looked_at_and_removed(
    page: Page, live_server: Any, world: World, watched: Looks, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    desk(page, live_server, world, "/")
    page.get_by_role("button", name="Load sample clients").click()
    samples = page.get_by_role("region", name="Sample clients")
    expect(samples.get_by_role("listitem")).to_have_count(3)
    watched()
    samples.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(sample)")
    watched()
    page.goto(f"{live_server.url}/")
    samples.get_by_role("button", name="Remove sample clients").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove sample clients").click()
    expect(page.get_by_role("button", name="Load sample clients")).to_be_visible()
    assert not Client.objects.exists()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_button_pressed_before_the_page_has_loaded_asks_all_the_same(
    page: Page, live_server: Any, world: World, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    desk(page, live_server, world, "/")
    page.get_by_role("button", name="Load sample clients").click()
    late: list[Route] = []
    page.route(
        "**/bootstrap.bundle*", lambda route: late.append(route)
    )  # the page waits for this script
    page.goto(f"{live_server.url}/", wait_until="commit")
    page.get_by_role("button", name="Remove sample clients").click(no_wait_after=True)
    assert Client.objects.count() == 3
    late[0].continue_()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert Client.objects.count() == 3


@pytest.mark.parametrize("width", [390, 1440])
def test_an_email_is_worded_previewed_and_tried_before_it_is_saved(
    page: Page, live_server: Any, world: World, watched: Looks, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    desk(page, live_server, world, reverse("dashboard:email_wording", args=["portal_link", "en"]))
    opening = page.get_by_label("Opening")
    expect(opening).to_have_value("Hello {{name}},")
    opening.fill("Dear {{name}}, lovely to see you.")
    shown = page.frame_locator("#email-preview iframe")
    expect(shown.get_by_text("Dear Anna Weber, lovely to see you.")).to_be_visible()
    watched()
    page.get_by_role("button", name="Email it to me").click()
    expect(page.get_by_text("What you typed is not saved yet")).to_be_visible()
    expect(opening).to_have_value("Dear {{name}}, lovely to see you.")
    assert "lovely to see you" in OutboxEmail.objects.get(kind="wording_test").text
    page.get_by_role("button", name="Save").click()
    back = page.get_by_role("button", name="Back to the standard words").first
    expect(back).to_be_visible()
    watched()
    back.click()
    page.get_by_role("dialog").get_by_role("button", name="Back to the standard words").click()
    expect(opening).to_have_value("Hello {{name}},")
    assert not EmailWording.objects.exists()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_email_log_opens_an_email_as_it_was_sent(
    page: Page, live_server: Any, world: World, watched: Looks, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    portal_links.mail_portal_link(contact=world.person(world.client()), now=timezone.now())
    emails.send_due(now=timezone.now())
    desk(page, live_server, world, "/letters/")
    watched()
    page.get_by_role("link", name=re.compile("^Your link to")).first.click()
    shown = page.frame_locator("iframe")
    expect(shown.get_by_text("Hello Ploy,")).to_be_visible()
    watched()
