"""Included hours in the browser: logged, corrected, extended on request, and read by the client."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.outbox import emails
from delivery.hours import time_log
from delivery.models import Overage
from tests.journeys.test_journey import enter, letter, link_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHO = "ploy@baan.example"


@pytest.mark.parametrize("width", [1440, 390])
def test_hours_are_logged_corrected_requested_and_read(
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
    begun = local_day(now, "Asia/Bangkok") - timedelta(days=9)
    agreement = world.running(starts_on=begun, anchor_day=begun.day, now=now - timedelta(days=9))
    run_billing(now=now, door="test")
    time_log.log_time(agreement=agreement, on=begun, minutes=600, note="Plan", now=now)

    desk(page, live_server, world, "/time/")
    page.get_by_role("combobox", name="Client").select_option(index=1)
    page.get_by_role("textbox", name="Time").fill("1.5")
    page.get_by_label("What was done").fill("Posts")
    page.get_by_role("button", name="Record time").click()
    page.get_by_role("link", name="Posts").click()
    page.get_by_role("textbox", name="Time").fill("2:30")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Posts").click()
    expect(page.get_by_role("heading", name="What it was before")).to_be_visible()
    watched()

    page.goto(f"{live_server.url}/agreements/{agreement.pk}/hours/")
    watched()
    form = page.locator("form", has=page.get_by_label("Hours are"))
    form.get_by_role("textbox", name="Time").fill("2")
    form.get_by_label("Reason").fill("A gift for the launch")
    form.get_by_role("button", name="Correct").click()
    expect(page.get_by_text("+2 h").first).to_be_visible()
    page.get_by_role("textbox", name="Up to").fill("3")
    page.get_by_role("button", name="Ask the client").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    watched()
    page.get_by_label("Fee for an hour").fill("100")
    page.get_by_role("button", name="Ask the client").click()
    expect(page.get_by_text("The question is on its way")).to_be_visible()
    page.get_by_label("As of").fill(begun.isoformat())
    page.get_by_role("button", name="Show").click()
    assert page.url.endswith(f"?on={begun}"), page.url
    expect(page.get_by_role("heading", name="As of the end of")).to_be_visible()

    page.context.clear_cookies()
    emails.send_due(now=timezone.now())
    enter(page, link_in(letter("overage", WHO)))
    expect(page.get_by_text("$300")).to_be_visible()
    watched()
    page.get_by_role("button", name="Yes, go ahead").click()
    expect(page.get_by_text("Approved")).to_be_visible()
    page.goto(f"{live_server.url}/p/hours/{agreement.pk}/")
    expect(page.get_by_text("A gift for the launch")).to_be_visible()
    watched()
    assert Overage.objects.get().state == "approved"
