"""A client picks while another one has exclusivity, and signs once that one has agreed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Agreement
from core.dates import local_day
from core.outbox import emails
from tests.journeys.test_journey import enter, letter, link_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [390, 1440])
def test_a_pick_waits_for_the_consent_and_then_goes_on(
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
    today = local_day(now, "Asia/Bangkok")
    rival = world.client(name="Backhaus Nord", now=now, contact_email="anna@backhaus.example")
    sent = world.proposal(rival, now=now, starts_on=today)
    other = world.proposal(now=now, starts_on=today, competitors=["Backhaus Nord"])
    world.signed(world.picked(other, now=now), now=now, card="")
    emails.send_due(now=now)
    enter(page, link_in(letter("proposal", "anna@backhaus.example")))
    expect(page.get_by_role("list", name="Steps")).to_contain_text("Step 1 of 4")
    page.get_by_role("button", name="Choose Growth").click()
    expect(page.get_by_text("has to check something before you can continue")).to_be_visible()
    assert "Baan Coffee" not in page.content() and not sent.agreements.exists()
    watched()

    desk(page, live_server, world, f"/proposals/{sent.pk}/")
    expect(page.get_by_text("Another client has exclusivity", exact=True)).to_be_visible()
    watched()
    page.get_by_label("I have that client's consent").check()
    page.get_by_role("button", name="Confirm the consent").click()
    expect(page.get_by_text("We emailed Ploy that they can continue.")).to_be_visible()

    emails.send_due(now=timezone.now())
    enter(page, link_in(letter("held_back_over", "anna@backhaus.example")))
    page.get_by_role("button", name="Choose Growth").click()
    steps = page.get_by_role("list", name="Steps")
    expect(steps.get_by_role("listitem")).to_have_count(4)
    page.set_viewport_size({"width": 390, "height": 844})
    height = steps.bounding_box()["height"]  # type: ignore[index]
    assert height < 30, f"the steps take more than one line: {height}"
    expect(steps).to_contain_text("Step 2 of 4 · Read and sign")
    assert Agreement.objects.filter(proposal=sent).exists()
