"""A client on a phone saves a card whose bank asks for a confirmation, and confirms it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.models import Payment
from core import links
from core.dates import local_day
from core.models.link import LinkPurpose
from tests.journeys.test_journey import enter
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [390])
def test_the_first_charge_goes_to_the_bank_and_back_by_buttons(
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
    picked = world.picked(now=now, starts_on=local_day(now, "Asia/Bangkok"))
    agreement = world.signed(picked, now=now, card="")
    link = links.mint(
        purpose=LinkPurpose.PORTAL, subject_id=agreement.contact.pk, now=now, target="method:"
    )
    enter(page, links.url(link))
    page.get_by_role("button", name="Save a card").click()
    page.get_by_label("The bank asks the cardholder", exact=False).check()
    page.get_by_role("button", name="Save this card").click()
    expect(page.get_by_role("heading", name="Confirm the payment at your bank")).to_be_visible()
    watched()
    charging = page.url
    page.get_by_role("link", name="Save another card").click()
    expect(page.get_by_text("Your bank asks you to confirm the payment of $3,000.")).to_be_visible()
    watched()
    page.goto(charging)
    page.get_by_role("link", name="Confirm at your bank").click()
    watched()
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    watched()
    assert Payment.objects.get().amount == 3_000_00
