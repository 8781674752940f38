"""An owner takes an assistant into the team, who works without money settings, and removes them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from agreements.running import periods
from core import links
from core.models import Link
from core.models.link import LinkPurpose
from tests.journeys.test_finding import sign_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def invitation() -> str:
    """The address in the newest invitation."""
    return links.url(Link.objects.filter(purpose=LinkPurpose.JOIN).latest("created_at", "id"))


@pytest.mark.parametrize("width", [1440, 390])
def test_an_assistant_is_invited_works_and_is_removed(
    page: Page,
    browser: Chromium,
    site: str,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    now = timezone.now() - timedelta(days=3)
    world.signed(now=now, starts_on=now.date() + timedelta(days=1))
    periods.open_due(now=timezone.now())
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, world)
    page.goto(f"{site}/settings/team/")
    page.get_by_label("Email").fill("mali@desk.example")
    page.locator("#id_role").select_option("Assistant")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("We emailed mali@desk.example")).to_be_visible()
    watched()

    hers = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    hers.goto(invitation())
    hers.get_by_label("Your name").fill("Mali Suwan")
    hers.get_by_label("Password").fill("a quiet river 42")
    hers.get_by_role("button", name="Create account and join").click()
    expect(hers.get_by_role("heading", level=1, name="To do")).to_be_visible()
    expect(hers.get_by_text(f"Welcome to {world.business.name}")).to_be_visible()
    hers.goto(f"{site}/settings/")
    expect(hers.get_by_role("link", name="You", exact=True).first).to_be_visible()
    for closed in ("Payments and tax", "Team", "Income", "Packages", "API"):
        expect(hers.get_by_role("link", name=closed, exact=True)).to_have_count(0)
    hers.goto(f"{site}/settings/payments/")
    expect(hers.get_by_text(f"Ask {world.business.owner.get_full_name()}")).to_be_visible()
    hers.goto(f"{site}/time/")
    hers.locator("#id_agreement").select_option(index=1)
    hers.locator("#id_minutes").fill("1:30")
    hers.locator("#id_note").fill("Drafts for November")
    hers.get_by_role("button", name="Record time").first.click()
    expect(hers.get_by_text("Drafts for November").first).to_be_visible()

    page.goto(f"{site}/settings/team/")
    watched()
    page.get_by_role("button", name="Remove Mali Suwan").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Mali Suwan was removed")).to_be_visible()
    hers.goto(f"{site}/time/")
    expect(hers.get_by_text("Drafts for November")).to_have_count(0)
    expect(hers.get_by_role("heading", name="Welcome").or_(hers.locator("main h1"))).to_be_visible()
    hers.context.close()
