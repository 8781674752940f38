"""Whoever opens a row of a long list, and works on it, comes back to where they were."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clients.models import Client
from tests.journeys.test_finding import sign_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_trail_leads_back_to_the_page_the_order_and_the_place(
    page: Page, live_server: Any, settings: Any, world: World, watched: Callable[[], None]
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": 390, "height": 844})
    Client.objects.bulk_create(
        Client(business=world.business, name=f"Client {n:02}", stage_at=world.business.created_at)
        for n in range(60)
    )
    sign_in(page, world)
    page.goto(f"{live_server.url}/clients/")
    page.get_by_label("Sort by").select_option("-name")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="More").click()
    row = page.get_by_role("link", name="Client 15")
    row.scroll_into_view_if_needed()
    there, place = page.url, page.evaluate("window.scrollY")
    assert "sort=-name" in there and "after=" in there and place > 500
    watched()
    row.click()
    page.get_by_role("link", name="Edit").first.click()
    page.locator("#id_name").fill("Client 15 B")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name="Client 15 B")).to_be_visible()
    page.locator(".rh-eyebrow").get_by_role("link", name="Clients").click()
    expect(page.get_by_role("link", name="Client 15 B")).to_be_focused()
    assert page.url == there and abs(page.evaluate("window.scrollY") - place) < 60
