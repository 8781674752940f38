"""Changing the terms now: the sum is seen first, only that sum is sent, and another day asks for another look."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Amendment
from agreements.signing import unsigned
from billing.runs.run import bill
from core.dates import local_day
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.fixture
def running(world: World) -> Agreement:
    """Ten days into a period that is paid."""
    start = timezone.now() - timedelta(days=10)
    first = local_day(start, world.business.time_zone)
    agreement = world.signed(
        world.picked(world.proposal(now=start, starts_on=first), now=start), now=start
    )
    bill(now=start, door="test")
    return agreement


@pytest.fixture
def desk(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner)
    return browser


def asked(agreement: Agreement, **more: Any) -> dict[str, Any]:
    partner = agreement.proposal.tiers.get(name="Partner")
    return {"kind": "tier", "tier": str(partner.pk), "when": "now", "fee": "", "reason": "", **more}


def test_it_is_sent_for_the_sum_that_was_on_the_page_and_for_no_other(
    desk: Browser, running: Agreement
) -> None:
    page = reverse("dashboard:agreement_change", args=[running.pk])
    looked = desk.post(page, asked(running, press="look"))
    assert "days × $3,000.00 = " in looked.content.decode()
    for other in ("", "1-2-1"):
        refused = desk.post(page, asked(running, press="send", seen=other))
        assert refused.status_code == 422
        assert "not the one you were shown" in refused.content.decode()
    assert not Amendment.objects.exists()
    assert (
        desk.post(page, asked(running, press="send", seen=looked.context["seen"])).status_code
        == 302
    )
    assert Amendment.objects.get().sign_by == local_day(timezone.now(), running.time_zone)


def test_without_the_explicit_choice_it_begins_with_a_period(
    desk: Browser, running: Agreement
) -> None:
    page = desk.get(reverse("dashboard:agreement_change", args=[running.pk]))
    assert page.context["form"]["when"].value() == "next"


def test_one_click_shows_an_unsigned_one_again_with_the_sums_of_today(
    desk: Browser, running: Agreement
) -> None:
    page = reverse("dashboard:agreement_change", args=[running.pk])
    looked = desk.post(page, asked(running, press="look"))
    desk.post(page, asked(running, press="send", seen=looked.context["seen"], reason="More video"))
    assert unsigned.expire_due(now=timezone.now() + timedelta(days=1)) == 1
    agreement = desk.get(reverse("dashboard:agreement", args=[running.pk])).content.decode()
    assert f"{page}?again=1" in agreement
    again = desk.get(page, {"again": "1"})
    assert again.context["seen"] == looked.context["seen"]
    assert again.context["form"]["reason"].value() == "More video"
    assert [
        desk.get(page, {"again": bad}).status_code for bad in ("2", "x", "-1", "๑", "9" * 30)
    ] == [404] * 5
