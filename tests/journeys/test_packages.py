"""A package is copied, priced while typing and offered, and the hours left are shown."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Package, Proposal
from core.dates import local_day
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_a_package_is_copied_priced_offered_and_counted(
    page: Page, live_server: Any, world: World, watched: Callable[[], None], width: int, theme: str
) -> None:
    business, client = world.business, world.client(now=timezone.now())
    business.floor_rate, business.yearly_goal, business.capacity_minutes = (
        130_00,
        100_000_00,
        100 * 60,
    )
    business.save()
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    desk(page, live_server, world, "/packages/")
    page.get_by_text("Social media management", exact=True).click()
    watched()
    page.get_by_role("link", name=re.compile("Copy and edit.*Social media")).click()
    figures = page.locator("#pricing")
    expect(figures).to_contain_text("3 clients ($108,000)")
    page.get_by_label("Name").first.fill("Cafés")
    page.get_by_label("Fee").first.fill("2,500")
    expect(figures).to_contain_text("below your lowest rate")
    page.get_by_label("Fee").first.fill("3,600")
    expect(figures).to_contain_text("$180")
    watched()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.goto(f"{live_server.url}/clients/{client.pk}/propose/")
    page.get_by_text("Package:", exact=True).click()
    page.get_by_label("Begin with a package").select_option("Cafés")
    page.get_by_role("button", name="Use this package").click()
    expect(page.get_by_label("Fee").first).to_have_value("3600")
    page.get_by_text("Added for a time, instead of a lower fee").click()
    page.get_by_label("Added", exact=True).first.fill("An audit of the menu")
    page.get_by_label("Costs you, per period").first.fill("8")
    page.get_by_label("Until", exact=True).first.fill(
        (local_day(timezone.now(), "UTC") + timedelta(days=60)).isoformat()
    )
    expect(figures).to_contain_text("$128.57")
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("Please give a reason.")).to_be_visible()
    watched()
    page.get_by_label("Reason, if it goes below your lowest rate").first.fill(
        "They open three shops next year"
    )
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_text("They open three shops next year")).to_be_visible()
    Package.objects.update(rungs=[])
    assert [tier.amount for tier in Proposal.objects.get().tiers.all()] == [
        3_600_00,
        5_000_00,
        10_000_00,
    ]

    page.goto(f"{live_server.url}/capacity/")
    expect(page.get_by_role("img", name="Hours by month")).to_be_visible()
    page.get_by_label("First day off").fill("2031-02-03")
    page.get_by_label("Last day off").fill("2031-02-07")
    page.get_by_role("button", name="Add time off").click()
    expect(page.get_by_text("7 February 2031")).to_be_visible()
    page.get_by_label("Hours of the tier").fill("40")
    page.get_by_role("button", name="Count openings").click()
    expect(page.get_by_role("columnheader", name="Openings of 40 h")).to_be_attached()
    watched()
