"""Fees, hours and income are compared per month; signed changes count from their day (rule 47)."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from agreements.models import Amendment
from agreements.proposals import capacity, client_view
from agreements.rules.intervals import minutes_per_month, restated
from agreements.running import expected_fees
from billing.income import guaranteed
from billing.models import Invoice
from core.dates import local_day
from tests.browsers import logged_in
from tests.factories import BusinessFactory
from tests.world import LADDER, NOW, World

HOURS = 60


def test_a_quarter_is_three_months_in_fee_and_hours() -> None:
    assert minutes_per_month(60 * HOURS, "quarterly") == 20 * HOURS
    assert minutes_per_month(240 * HOURS, "yearly") == 20 * HOURS
    assert minutes_per_month(20 * HOURS, "once") == 20 * HOURS
    assert restated(3_000_00, "monthly", "quarterly") == 9_000_00
    assert restated(36_000_00, "yearly", "monthly") == 3_000_00
    assert restated(500_00, "once", "monthly") == 500_00


def test_a_quarterly_tier_fills_a_third_of_its_hours_each_month(world: World) -> None:
    world.business.capacity_minutes = 60 * HOURS
    world.business.save()
    proposal = world.proposal(interval="quarterly", shows_openings=True)
    places = client_view.page_context(proposal, today=NOW.date())["places"]
    assert list(places.values()) == [9, 5, 3]  # 20, 32 and 60 hours a quarter
    picked = world.picked(proposal, tier=2)
    assert capacity.overbooked_minutes(picked) == 0


@pytest.mark.rendering
def test_choosing_an_interval_restates_fees_and_hours(world: World) -> None:
    fields = {
        "stated_for": "monthly",
        "interval": "quarterly",
        "currency": "USD",
        "tier-TOTAL_FORMS": "3",
        "tier-INITIAL_FORMS": "0",
        "tier-0-name": "Growth",
        "tier-0-fee": "3,000",
        "tier-0-hours": "20h",
        "tier-0-response_hours": "24",
        "tier-1-fee": "not yet",
    }
    browser = logged_in(world.business.owner)
    page = browser.post(reverse("dashboard:restated_tiers"), fields).content.decode()
    assert 'value="$9,000"' in page
    assert 'value="60:00"' in page
    assert 'value="not yet"' in page
    assert 'name="stated_for" value="quarterly"' in page


@pytest.mark.rendering
def test_the_overview_counts_hours_for_a_month(world: World) -> None:
    now = timezone.now()
    day = local_day(now, "Asia/Bangkok")
    world.running(now=now, starts_on=day, anchor_day=day.day, interval="quarterly", minutes=3600)
    call_command("bill", stdout=StringIO())
    page = logged_in(world.business.owner).get(reverse("dashboard:home")).content.decode()
    assert "0</a> <small>/ 20 h</small>" in " ".join(page.split())


def changed(world: World, fee: int, on: date) -> None:
    """A running agreement over $3,000 with a signed change of its fee."""
    agreement = world.running()
    Amendment.objects.create(
        business=world.business,
        client=agreement.client,
        agreement=agreement,
        number=1,
        kind="price",
        state="signed",
        effective_on=on,
        tier=agreement.tier,
        amount=fee,
        minutes=agreement.minutes,
        terms={},
        terms_hash="x",
        signed_at=NOW,
    )


def test_income_follows_a_signed_change_from_its_day(world: World) -> None:
    changed(world, 5_000_00, date(2026, 12, 2))
    signed = guaranteed.signed_agreements(world.business)
    before, after = date(2026, 12, 1), date(2026, 12, 2)
    assert guaranteed.current_income(signed, before) == {"USD": 3_000_00}
    assert guaranteed.next_change(signed, before) == (after, {"USD": 5_000_00})
    assert guaranteed.current_income(signed, after) == {"USD": 5_000_00}
    assert guaranteed.next_change(signed, after) is None
    (client,) = {row.client for row in signed}
    for day in (before, after):
        fee = expected_fees.fees_by_client([client], day)[client.pk]
        assert {fee.currency: fee.amount} == guaranteed.current_income(signed, day)


def test_the_pipeline_shows_the_tier_that_was_signed(world: World) -> None:
    agreement = world.signed(world.picked(tier=2))
    fees = expected_fees.fees_by_client([agreement.client], NOW.date())
    assert fees[agreement.client_id].amount == LADDER[2].amount


def test_the_pipeline_shows_the_tier_that_was_picked_before_and_after_it_runs(
    world: World,
) -> None:
    agreement = world.picked(tier=2)
    client, today = agreement.client, NOW.date()
    assert expected_fees.fees_by_client([client], today)[client.pk].amount == LADDER[2].amount
    world.signed(agreement)
    agreement.__class__.objects.filter(pk=agreement.pk).update(state="ended")
    assert expected_fees.fees_by_client([client], today)[client.pk].amount == LADDER[2].amount


@pytest.mark.django_db
def test_bill_on_a_day_ends_where_each_business_is() -> None:
    """On 31 January it is still the 31st in Bangkok and in Los Angeles, and no minute later."""
    start = datetime(2027, 1, 31, 12, tzinfo=UTC)
    zones = ("Asia/Bangkok", "America/Los_Angeles")
    for zone in zones:
        world = World(BusinessFactory(time_zone=zone))
        client = world.client(now=start, time_zone=zone)
        for days in (0, 1):
            day = date(2027, 1, 31) + timedelta(days=days)
            world.running(client, now=start, starts_on=day, anchor_day=day.day, time_zone=zone)
    call_command("bill", on=date(2027, 1, 31), stdout=StringIO())
    assert {row.issued_on for row in Invoice.objects.all()} == {date(2027, 1, 31)}
    assert Invoice.objects.count() == len(zones)
