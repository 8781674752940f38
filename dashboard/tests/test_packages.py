"""Packages, prices and capacity at the desk: copied, composed with, priced while typing, and never in the way."""

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
from tests.world import LADDER, NOW, World

pytestmark = pytest.mark.rendering


@pytest.fixture
def owner(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def typed(key: str = "social") -> dict[str, Any]:
    """The tier fields of a form that begins with this package."""
    tiers = packages.form_values(key, "USD")["tiers"]
    data = {
        f"tier-{n}-{name}": value for n, tier in enumerate(tiers) for name, value in tier.items()
    }
    data |= {"tier-TOTAL_FORMS": "3", "tier-INITIAL_FORMS": "0"}
    return {name: value for name, value in data.items() if value is not False}


def offer(world: World, **more: Any) -> tuple[str, dict[str, Any]]:
    """The composer's address for a new client, and everything it asks."""
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
    return reverse("dashboard:proposal_new", args=[client.pk]), data | typed() | more


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_form_reads_back_what_a_package_gives(language: str) -> None:
    with translation.override(language):
        for key, make in BUILT_IN.items():
            assert tier_drafts(TierForms(typed(key), prefix="tier"), "USD") == make().drafts


def test_a_built_in_package_is_copied_changed_and_put_away(owner: Browser, world: World) -> None:
    new = reverse("dashboard:package_new")
    page = owner.get(new, {"from": "social"}).content.decode()
    assert 'value="3000"' in page and "Influencer outreach" in page
    data = typed() | {
        "name": "Cafés",
        "service": "social",
        "currency": "USD",
        "tier-0-fee": "3,500",
    }
    assert owner.post(new, data).status_code == 302
    row = Package.objects.get()
    assert (row.rungs[0]["amount"], row.business) == (3_500_00, world.business)
    changed = data | {"name": "Bars", "version": "1"}
    assert owner.post(reverse("dashboard:package", args=[row.pk]), changed).status_code == 302
    again = owner.post(reverse("dashboard:package", args=[row.pk]), changed | {"name": "Late"})
    assert again.status_code == 422 and "changed meanwhile" in again.content.decode()
    owner.post(reverse("dashboard:package_retire", args=[row.pk]))
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
        ("name", "🎉"),
        ("currency", "XXX"),
        ("tier-2-hours", "1"),
    ],
)
def test_a_package_that_is_no_ladder_is_refused_and_what_was_typed_stays(
    owner: Browser, field: str, value: str
) -> None:
    data = typed() | {"name": "Cafés", "currency": "USD", "kpis": "Kept as typed", field: value}
    answer = owner.post(reverse("dashboard:package_new"), data)
    assert answer.status_code == 422 and "Kept as typed" in answer.content.decode()
    assert not Package.objects.exists()


def test_the_composer_begins_with_a_package_in_the_clients_language(
    owner: Browser, world: World
) -> None:
    own = packages.add(
        business=world.business, name="Cafés", currency="USD", service="web", tiers=LADDER, now=NOW
    )
    client = world.client(language="th")
    page = reverse("dashboard:proposal_new", args=[client.pk])
    usual = owner.get(page).context
    assert usual["tiers"][0]["tagline"].value() == "ปรากฏตัวสม่ำเสมอทุกวัน"
    assert usual["text"]["service"].value() == "social"
    mine = owner.get(page, {"package": str(own.pk)}).context
    assert [one["fee"].value() for one in mine["tiers"]] == [3000, 5000, 10000]
    assert mine["text"]["service"].value() == "web"
    assert owner.get(page, {"package": "'; DROP TABLE"}).status_code == 200


def test_a_business_in_baht_is_asked_for_its_fees(owner: Browser, world: World) -> None:
    world.business.currency = "THB"
    world.business.save()
    answer = owner.get(reverse("dashboard:proposal_new", args=[world.client().pk]))
    assert [one["fee"].value() for one in answer.context["tiers"]] == ["", "", ""]
    assert "Write yours in THB." in answer.content.decode()


def test_prices_follow_the_form_however_unfinished_it_is(owner: Browser, world: World) -> None:
    world.business.floor_rate, world.business.yearly_goal = 155_00, 100_000_00
    world.business.save()

    def shown(**data: str) -> str:
        answer = owner.post(reverse("dashboard:pricing"), typed() | {"currency": "USD"} | data)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    page = shown()
    assert "$150" in page and "3 clients ($108,000)" in page and "+$2,000 (67 %)" in page
    assert page.count("under your floor") == 1
    assert "$136.36" in shown(**{"add-0-title": "Audit", "add-0-minutes": "2"})
    assert "small step" in shown(**{"tier-1-fee": "3100"}) and "large step" in shown(
        **{"tier-1-fee": "9100"}
    )
    assert "not compared" in shown(currency="THB")
    for bad in ("", "abc", "-1", "9" * 30, "nul\x00", "0"):
        assert "Partner" in shown(
            **{"tier-0-fee": bad, "tier-1-hours": bad, "currency": bad, "interval": bad}
        )


def test_what_goes_under_the_floor_is_asked_for_at_its_own_field(
    owner: Browser, world: World
) -> None:
    world.business.floor_rate = 140_00
    world.business.save()
    page, data = offer(
        world, **{"add-0-title": "Audit", "add-0-minutes": "2", "add-0-ends_on": "2027-06-30"}
    )
    refused = owner.post(page, data)
    assert refused.status_code == 422 and "Say why" in str(
        refused.context["adds"][0].errors["reason"]
    )
    assert owner.post(page, data | {"add-0-reason": "Three shops next year"}).status_code == 302
    draft = owner.get(
        reverse("dashboard:proposal", args=[Proposal.objects.get().pk])
    ).content.decode()
    assert "Three shops next year" in draft and "under your floor" in draft and "$136.36" in draft


def test_without_capacity_the_page_says_so_and_counts_no_openings(
    owner: Browser, world: World
) -> None:
    page = reverse("dashboard:capacity")
    bare = owner.get(page).content.decode()
    assert "No capacity is set" in bare and "Openings" not in bare
    world.business.capacity_minutes = 100 * 60
    world.business.save()
    assert [count for _load, count in owner.get(page, {"hours": "40"}).context["rows"]] == [2] * 6
    assert owner.get(page, {"hours": "many"}).status_code == 200


def test_time_off_is_added_refused_and_removed(owner: Browser, world: World) -> None:
    page = reverse("dashboard:capacity")
    assert owner.post(page, {"first": "2031-02-09", "last": "2031-02-08"}).status_code == 422
    assert (
        owner.post(page, {"first": "2031-02-09", "last": "2031-02-09", "note": "🏝 <b>"}).status_code
        == 302
    )
    row = TimeOff.objects.get()
    assert row.span.days == 1
    assert "🏝 &lt;b&gt;" in owner.get(page).content.decode()
    owner.post(reverse("dashboard:time_off_remove", args=[row.pk]))
    assert not TimeOff.objects.exists()


def test_a_goal_and_a_floor_can_be_set_and_taken_back(owner: Browser, world: World) -> None:
    data = {
        "name": "Studio",
        "currency": "USD",
        "time_zone": "Asia/Bangkok",
        "language": "en",
        "accent": "indigo",
    }
    for goal, kept in (("100,000", 100_000_00), ("", 0)):
        assert (
            owner.post(
                reverse("dashboard:settings"), data | {"goal": goal, "floor": goal}
            ).status_code
            == 302
        )
        world.business.refresh_from_db()
        assert (world.business.yearly_goal, world.business.floor_rate) == (kept, kept)
