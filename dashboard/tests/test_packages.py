"""Packages, prices and capacity in the dashboard.

A package can be copied, changed and archived, a proposal can start with one, and the pricing
figures follow the form while it is typed.
"""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone, translation

from agreements.contract.library.packages import BUILT_IN
from agreements.models import Package, Proposal, TimeOff
from agreements.proposals import packages
from core.dates import local_day
from dashboard.proposals.forms.proposal import TierForms, tier_drafts
from tests.browsers import logged_in
from tests.world import LADDER, NOW, World

pytestmark = pytest.mark.rendering


@pytest.fixture
def browser(world: World) -> Browser:
    """The owner's browser, signed in."""
    return logged_in(world.business.owner)


def package_fields(key: str = "social") -> dict[str, Any]:
    """The tier fields of a form that starts with this package."""
    tiers = packages.form_values(key, "USD")["tiers"]
    data = {
        f"tier-{n}-{name}": value for n, tier in enumerate(tiers) for name, value in tier.items()
    }
    data |= {"tier-TOTAL_FORMS": "3", "tier-INITIAL_FORMS": "0"}
    return {name: value for name, value in data.items() if value is not False}


def new_proposal(world: World, **extra: Any) -> tuple[str, dict[str, Any]]:
    """The URL to write a proposal for a new client, and all the data its form needs."""
    client = world.client()
    today = local_day(timezone.now(), client.time_zone)
    data = {
        "title": "T",
        "contact": str(world.person(client).pk),
        "currency": "USD",
        "language": "en",
        "interval": "monthly",
        "starts_on": today.isoformat(),
        "notice_days": "30",
        "minimum_months": "3",
    }
    return reverse("dashboard:proposal_new", args=[client.pk]), data | package_fields() | extra


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_form_reads_back_the_tiers_of_every_built_in_package(language: str) -> None:
    with translation.override(language):
        for key, make in BUILT_IN.items():
            assert (
                tier_drafts(TierForms(package_fields(key), prefix="tier"), "USD") == make().drafts
            )


def test_a_built_in_package_can_be_copied_changed_and_archived(
    browser: Browser, world: World
) -> None:
    new = reverse("dashboard:package_new")
    page = browser.get(new, {"from": "social"}).content.decode()
    assert 'value="3000"' in page and "Influencer outreach" in page
    data = package_fields() | {
        "name": "Cafés",
        "service": "social",
        "currency": "USD",
        "tier-0-fee": "3,500",
    }
    assert browser.post(new, data).status_code == 302
    row = Package.objects.get()
    assert (row.rungs[0]["amount"], row.business) == (3_500_00, world.business)
    changed = data | {"name": "Bars", "version": "1"}
    assert browser.post(reverse("dashboard:package", args=[row.pk]), changed).status_code == 302
    again = browser.post(reverse("dashboard:package", args=[row.pk]), changed | {"name": "Late"})
    assert again.status_code == 422 and "changed in another tab" in again.content.decode()
    browser.post(reverse("dashboard:package_retire", args=[row.pk]))
    row.refresh_from_db()
    assert (row.name, bool(row.retired_at)) == ("Bars", True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tier-1-fee", "2999"),
        ("tier-1-fee", "0"),
        ("tier-1-fee", "-1"),
        ("tier-1-fee", "9" * 14),
        ("name", ""),
        ("currency", "XXX"),
        ("tier-2-hours", "1"),
    ],
)
def test_a_package_with_invalid_tiers_is_refused_and_keeps_what_was_typed(
    browser: Browser, field: str, value: str
) -> None:
    data = package_fields() | {
        "name": "Cafés",
        "currency": "USD",
        "kpis": "Kept as typed",
        field: value,
    }
    answer = browser.post(reverse("dashboard:package_new"), data)
    assert answer.status_code == 422 and "Kept as typed" in answer.content.decode()
    assert not Package.objects.exists()


def test_a_new_proposal_starts_with_a_package_in_the_clients_language(
    browser: Browser, world: World
) -> None:
    own = packages.add(
        business=world.business, name="Cafés", currency="USD", service="web", tiers=LADDER, now=NOW
    )
    client = world.client(language="th")
    page = reverse("dashboard:proposal_new", args=[client.pk])
    assert browser.get(page).context["package"] == str(own.pk)
    default = browser.get(page, {"package": "social"}).context
    assert default["tiers"][0]["tagline"].value() == "ปรากฏตัวสม่ำเสมอทุกวัน"
    assert default["text"]["service"].value() == "social"
    chosen = browser.get(page, {"package": str(own.pk)}).context
    assert [tier["fee"].value() for tier in chosen["tiers"]] == [3000, 5000, 10000]
    assert chosen["text"]["service"].value() == "web"
    assert browser.get(page, {"package": "'; DROP TABLE"}).status_code == 200


def test_a_business_in_another_currency_starts_with_fees_that_are_usual_in_it(
    browser: Browser, world: World
) -> None:
    own = packages.add(
        business=world.business, name="Cafés", currency="USD", service="web", tiers=LADDER, now=NOW
    )
    world.business.currency = "THB"
    world.business.save()
    page = reverse("dashboard:proposal_new", args=[world.client().pk])
    built_in = browser.get(page, {"package": "social"})
    fees = [tier["fee"].value() for tier in built_in.context["tiers"]]
    assert fees == [30_000, 50_000, 100_000]
    assert "฿30,000" in browser.get(reverse("dashboard:packages")).content.decode()
    response = browser.get(page, {"package": str(own.pk)})
    assert [tier["fee"].value() for tier in response.context["tiers"]] == ["", "", ""]
    assert "Write yours in THB." in response.content.decode()


def test_pricing_figures_follow_the_form_even_while_it_is_incomplete(
    browser: Browser, world: World
) -> None:
    world.business.floor_rate, world.business.yearly_goal = 155_00, 100_000_00
    world.business.save()

    def shown(**data: str) -> str:
        response = browser.post(
            reverse("dashboard:pricing"), package_fields() | {"currency": "USD"} | data
        )
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    page = shown()
    assert "$150" in page and "3 clients ($108,000)" in page and "+$2,000 (67 %)" in page
    assert page.count("below your lowest rate") == 1
    assert "$136.36" in shown(**{"add-0-title": "Audit", "add-0-minutes": "2"})
    assert "small step" in shown(**{"tier-1-fee": "3100"}) and "large step" in shown(
        **{"tier-1-fee": "9100"}
    )
    assert "not compared" in shown(currency="THB")
    for bad in ("", "abc", "-1", "9" * 30, "nul\x00", "0"):
        assert "Partner" in shown(
            **{"tier-0-fee": bad, "tier-1-hours": bad, "currency": bad, "interval": bad}
        )


def test_a_value_add_below_the_floor_rate_needs_a_reason_at_its_own_field(
    browser: Browser, world: World
) -> None:
    world.business.floor_rate = 140_00
    world.business.save()
    page, data = new_proposal(
        world, **{"add-0-title": "Audit", "add-0-minutes": "2", "add-0-ends_on": "2027-06-30"}
    )
    refused = browser.post(page, data)
    assert refused.status_code == 422 and "Please give a reason" in str(
        refused.context["adds"][0].errors["reason"]
    )
    assert browser.post(page, data | {"add-0-reason": "Three shops next year"}).status_code == 302
    draft = browser.get(
        reverse("dashboard:proposal", args=[Proposal.objects.get().pk])
    ).content.decode()
    assert (
        "Three shops next year" in draft
        and "below your lowest rate" in draft
        and "$136.36" in draft
    )


def test_without_capacity_the_page_says_so_and_counts_no_openings(
    browser: Browser, world: World
) -> None:
    page = reverse("dashboard:capacity")
    bare = browser.get(page).content.decode()
    assert "No capacity is set" in bare and "Openings" not in bare
    world.business.capacity_minutes = 100 * 60
    world.business.save()
    assert [count for _load, count in browser.get(page, {"hours": "40"}).context["rows"]] == [2] * 6
    assert browser.get(page, {"hours": "many"}).status_code == 200


def test_time_off_can_be_added_and_removed_and_its_days_must_be_in_order(
    browser: Browser, world: World
) -> None:
    page = reverse("dashboard:capacity")
    assert browser.post(page, {"first": "2031-02-09", "last": "2031-02-08"}).status_code == 422
    assert (
        browser.post(
            page, {"first": "2031-02-09", "last": "2031-02-09", "note": "🏝 <b>"}
        ).status_code
        == 302
    )
    row = TimeOff.objects.get()
    assert row.span.days == 1
    assert "🏝 &lt;b&gt;" in browser.get(page).content.decode()
    browser.post(reverse("dashboard:time_off_remove", args=[row.pk]))
    assert not TimeOff.objects.exists()


def test_a_goal_and_a_floor_can_be_set_and_cleared(browser: Browser, world: World) -> None:
    for goal, kept in (("100,000", 100_000_00), ("", 0)):
        assert (
            browser.post(
                reverse("dashboard:settings_hours"), {"goal": goal, "floor": goal}
            ).status_code
            == 302
        )
        world.business.refresh_from_db()
        assert (world.business.yearly_goal, world.business.floor_rate) == (kept, kept)
