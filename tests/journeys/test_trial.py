"""A paid trial in the browser: judged by its measure, then continued as the agreed tier."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Agreement
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.intervals import Interval
from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.outbox import emails
from tests.journeys.test_journey import enter, letter, link_in
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEXT = {
    "name": "Growth",
    "amount": 5_000_00,
    "minutes": 32 * 60,
    "response_hours": 24,
    "adds": ["Community"],
}


def trial(world: World) -> Agreement:
    """A paid trial that began twenty days ago and is decided in four days."""
    now = timezone.now()
    then, today = now - timedelta(days=20), local_day(now, "Asia/Bangkok")
    terms: dict[str, Any] = {
        "starts_on": today - timedelta(days=20),
        "ends_on": today + timedelta(days=4),
        "interval": Interval.ONCE,
        "trial_measure": "20 calls",
        "next_tier": NEXT,
        "credits_trial": True,
        "tiers": [TierDraft("Trial", 1_200_00, 10 * 60, adds=["Audit"])],
    }
    agreement = world.signed(
        world.picked(world.proposal(world.client(now=then), now=then, **terms), now=then), now=then
    )
    run_billing(now=then, door="test")
    return agreement


@pytest.mark.parametrize("width", [1440, 390])
def test_a_trial_that_met_its_measure_becomes_a_retainer_by_a_signature_alone(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    agreement = trial(world)
    desk(page, live_server, world, "/")
    page.get_by_role("listitem").filter(has_text="trial: did it succeed?").get_by_role(
        "link", name="Decide"
    ).click()
    expect(page.get_by_text("It succeeds when: 20 calls.", exact=False)).to_be_visible()
    watched()
    page.get_by_label("Result").fill("25 calls")
    page.get_by_role("button", name="It succeeded: propose a retainer").click()
    expect(page.get_by_role("heading", name="Retainer for Baan Coffee")).to_be_visible()
    watched()
    page.get_by_role("button", name="Send proposal").click()
    page.get_by_role("dialog").get_by_role("button", name="Send proposal").click()
    expect(page.get_by_text("The proposal is on its way")).to_be_visible()
    assert Agreement.objects.count() == 1

    page.context.clear_cookies()
    emails.send_due(now=timezone.now())
    enter(page, link_in(letter("proposal", "ploy@baan.example")))
    expect(page.get_by_text("$5,000").first).to_be_visible()
    watched()
    page.get_by_role("button", name="Choose Growth").click()
    expect(page.get_by_text("Please read the agreement and sign it", exact=False)).to_be_visible()
    assert Agreement.objects.exclude(pk=agreement.pk).get().state == "sent"
