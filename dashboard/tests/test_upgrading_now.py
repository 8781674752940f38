"""Upgrades that apply now: the amount is shown first, and only that amount can be sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Amendment
from agreements.signing import unsigned_documents
from billing.runs.billing_run import run_billing
from core.dates import local_day
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.fixture
def running(world: World) -> Agreement:
    """An agreement ten days into a period that has been paid."""
    start = timezone.now() - timedelta(days=10)
    first = local_day(start, world.business.time_zone)
    agreement = world.signed(
        world.picked(world.proposal(now=start, starts_on=first), now=start), now=start
    )
    run_billing(now=start, door="test")
    return agreement


@pytest.fixture
def browser(world: World) -> Browser:
    """The owner's browser, signed in."""
    browser = Browser()
    browser.force_login(world.business.owner)
    return browser


def upgrade_to_partner(agreement: Agreement, **extra: Any) -> dict[str, Any]:
    """The form's data for an upgrade to the tier Partner that applies now."""
    partner = agreement.proposal.tiers.get(name="Partner")
    return {
        "kind": "tier",
        "tier": str(partner.pk),
        "when": "now",
        "fee": "",
        "reason": "",
        **extra,
    }


def test_an_upgrade_is_sent_only_for_the_amount_that_was_shown(
    browser: Browser, running: Agreement
) -> None:
    page = reverse("dashboard:agreement_change", args=[running.pk])
    preview = browser.post(page, upgrade_to_partner(running, press="look"))
    assert "days × $3,000.00 = " in preview.content.decode()
    for other in ("", "1-2-1"):
        refused = browser.post(page, upgrade_to_partner(running, press="send", seen=other))
        assert refused.status_code == 422
        assert "has changed since you saw it" in refused.content.decode()
    assert not Amendment.objects.exists()
    assert (
        browser.post(
            page, upgrade_to_partner(running, press="send", seen=preview.context["seen"])
        ).status_code
        == 302
    )
    assert Amendment.objects.get().sign_by == local_day(timezone.now(), running.time_zone)


def test_without_the_explicit_choice_it_begins_with_a_period(
    browser: Browser, running: Agreement
) -> None:
    page = browser.get(reverse("dashboard:agreement_change", args=[running.pk]))
    assert page.context["form"]["when"].value() == "next"


def test_an_upgrade_not_signed_in_time_can_be_offered_again_with_todays_amounts(
    browser: Browser, running: Agreement
) -> None:
    page = reverse("dashboard:agreement_change", args=[running.pk])
    preview = browser.post(page, upgrade_to_partner(running, press="look"))
    browser.post(
        page,
        upgrade_to_partner(
            running, press="send", seen=preview.context["seen"], reason="More video"
        ),
    )
    assert unsigned_documents.expire_due(now=timezone.now() + timedelta(days=1)) == 1
    agreement = browser.get(reverse("dashboard:agreement", args=[running.pk])).content.decode()
    assert f"{page}?again=1" in agreement
    again = browser.get(page, {"again": "1"})
    assert again.context["seen"] == preview.context["seen"]
    assert again.context["form"]["reason"].value() == "More video"
    assert [
        browser.get(page, {"again": bad}).status_code for bad in ("2", "x", "-1", "๑", "9" * 30)
    ] == [404] * 5
