"""Everything is found from anywhere, by keyboard on a desk and by thumb on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core import links
from core.models.link import LinkPurpose
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, world: World) -> None:
    purpose, owner = LinkPurpose.SIGN_IN, world.business.owner
    page.goto(links.url(links.mint(purpose=purpose, subject_id=owner.pk, now=timezone.now())))
    page.locator("main button").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_client_a_slip_and_a_page_are_found_without_leaving_the_page(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    world.client("Northwind Labs")
    sign_in(page, world)
    if width == 390:
        page.get_by_role("link", name="Search").click()
    else:
        page.keyboard.press("Control+k")
    field = page.get_by_role("dialog").get_by_role("searchbox")
    expect(field).to_be_focused()
    field.press_sequentially("nort", delay=10)
    expect(page.get_by_role("dialog").get_by_role("link", name="Northwind Labs")).to_be_visible()
    watched()
    field.fill("nrothwind")
    expect(page.get_by_text("Did you mean:")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("dialog").get_by_role("link", name="Northwind Labs")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    field.fill("payments and")
    expect(page.get_by_role("dialog").get_by_role("link", name="Payments and tax")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Payments and tax")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_a_script_the_search_is_a_page(
    world: World, live_server: Any, settings: Any, browser: Any
) -> None:
    settings.SITE_URL = live_server.url
    world.client("Northwind Labs")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world)
    page.locator("#rh-q").fill("labs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Northwind Labs")).to_be_visible()
    context.close()
