"""An immediate upgrade in the browser: both people see the sum before the client signs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core.dates import local_day
from tests.journeys.test_journey import enter, letter, link_in
from tests.journeys.test_signing import WHO, code, deliver, desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_both_see_the_same_sum_and_it_is_charged(
    page: Page, live_server: Any, settings: Any, world: World, watched: Callable[[], None]
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": 390, "height": 900})
    start = timezone.now() - timedelta(days=10)
    first = local_day(start, world.business.time_zone)
    agreement = world.signed(
        world.picked(world.proposal(now=start, starts_on=first), now=start), now=start
    )
    for now in (start, timezone.now()):  # the job does not trust a clock that has jumped
        run_billing(now=now, door="test")

    desk(page, live_server, world, f"/agreements/{agreement.pk}/change/")
    page.get_by_label("New tier").select_option(label="Partner · $10,000")
    page.get_by_label("now, within the current period").check()
    page.get_by_role("button", name="Preview change").click()
    said = page.locator(
        "td", has_text="Credit for the unused days of “Essential”"
    ).first.inner_text()
    total = page.locator("tr", has_text="To pay").locator("td").last.inner_text()
    watched()
    page.get_by_role("button", name="Send amendment").click()
    expect(page.get_by_text("The amendment is on its way", exact=False)).to_be_visible()
    watched()

    deliver()
    page.context.clear_cookies()
    enter(page, link_in(letter("sign_invitation", WHO)))
    expect(page.get_by_text(said)).to_be_visible()
    watched()
    page.get_by_label("I have read the agreement", exact=False).check()
    page.get_by_role("button", name="Email me the code to sign").click()
    page.get_by_label("Code from the email").fill(code())
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.get_by_text("Signed on", exact=False).first).to_be_visible()
    invoice = Invoice.objects.get(
        kind="upgrade"
    )  # issued and charged by the task that the signature started
    assert invoice.state == "paid"
    page.goto(f"{live_server.url}/p/invoices/{invoice.pk}/")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_text(total.strip()).first).to_be_visible()
    watched()
