"""A client sees what waits, invites a colleague, removes them again, and can install the portal."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from billing.runs.billing_run import run_billing
from core.outbox import emails
from tests.journeys.test_journey import come_in, enter, letter, link_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_client_invites_a_colleague_who_comes_in_and_is_removed(
    page: Page, browser: Browser, site: str, world: World, watched: Callable[[], None]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    now = timezone.now()
    begun = now - timedelta(days=12)
    client = world.client(now=begun)
    agreement = world.running(
        client, card="", collect_by="transfer", now=begun, starts_on=begun.date()
    )
    run_billing(now=begun, door="test")
    come_in(page, agreement.contact)
    waits = page.get_by_role("region", name="Waiting for you")
    expect(waits.get_by_role("link", name="How to pay")).to_be_visible()
    watched()
    page.emulate_media(color_scheme="dark")
    page.reload()
    watched()
    installs(page)

    page.get_by_role("contentinfo").get_by_role("link", name="Documents").click()
    watched()
    page.get_by_role("contentinfo").get_by_role("link", name="People").click()
    page.get_by_label("Name").fill("Ben Larsson")
    page.get_by_label("Email").fill("ben@baan.example")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("Ben Larsson can open the portal now")).to_be_visible()
    watched()

    emails.send_due(now=timezone.now())
    colleague = browser.new_context().new_page()
    enter(colleague, link_in(letter("portal_invitation", "ben@baan.example")))
    expect(colleague.get_by_role("heading", name="Hello Ben Larsson")).to_be_visible()
    page.get_by_role("button", name="Remove Ben Larsson").click()
    page.get_by_role("button", name="Remove person").click()
    expect(page.get_by_text("Ben Larsson can no longer open the portal")).to_be_visible()
    colleague.reload()
    expect(colleague.get_by_role("heading", name="Please use your link")).to_be_visible()
    colleague.context.close()


def installs(page: Page) -> None:
    """Chromium takes the portal as an app, but for the private window of a test."""
    asked = page.context.new_cdp_session(page)
    found = asked.send("Page.getAppManifest")
    assert found["url"].endswith(".webmanifest") and not found["errors"]
    errors = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}
