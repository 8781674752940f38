"""A client ticks extras on a phone and sees the sums change, with JavaScript and without."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from agreements.models import Agreement
from agreements.tests.test_extras import AUDIT, CALL
from core.dates import local_day
from core.models import TaxRate
from core.outbox import emails
from tests.journeys.test_journey import enter, letter, link_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def offered(world: World) -> str:
    """The link of a proposal with two extras and 7 % tax."""
    now = timezone.now()
    TaxRate.objects.create(business=world.business, name="VAT", percent="7", is_used=True)
    today = local_day(now, "Asia/Bangkok")
    world.proposal(now=now, starts_on=today, extras=[CALL, AUDIT])
    emails.send_due(now=now)
    return link_in(letter("proposal", "ploy@baan.example"))


@pytest.mark.parametrize("width", [390])
def test_a_ticked_extra_changes_every_sum_at_once(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    enter(page, offered(world))
    tier = page.get_by_role("article").filter(has_text="Essential").first
    payments = page.get_by_role("row").filter(has_text="Essential").last
    expect(tier).to_contain_text("Due today: $3,210")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("SEO audit").check()
    expect(tier).to_contain_text("Due today: $4,494")
    expect(tier).to_contain_text("Then $3,210 every month")
    page.get_by_label("Weekly call").check()
    expect(tier).to_contain_text("$3,500 + $245 tax = $3,745")
    expect(tier).to_contain_text("Due today: $5,029")
    expect(payments).to_contain_text("$5,029")
    expect(page.get_by_text("now contain what you ticked")).to_be_visible()
    watched()
    page.get_by_label("SEO audit").uncheck()
    expect(tier).to_contain_text("Due today: $3,745")
    asked = [url for url in asked if "/icon" not in url]  # a browser's own idea
    assert not [url for url in asked if "/tier" not in url], asked
    page.get_by_role("button", name="Choose Essential").click()
    expect(page.get_by_text("Due today: $3,745")).to_be_visible()
    assert Agreement.objects.get().amount == 3_500_00


def test_without_javascript_the_next_page_names_the_sum(
    browser: Browser, live_server: Any, settings: Any, world: World
) -> None:
    settings.SITE_URL = live_server.url
    page = browser.new_context(java_script_enabled=False).new_page()
    enter(page, offered(world))
    expect(page.get_by_text("The next page names the sums with what you ticked.")).to_be_visible()
    page.get_by_label("SEO audit").check()
    page.get_by_role("button", name="Choose Essential").click()
    expect(page.get_by_text("Due today: $4,494")).to_be_visible()
