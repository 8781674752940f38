"""Packages: built-in tiers, the business's own, and no effect on proposals that exist already."""

from dataclasses import replace
from itertools import pairwise

import pytest

from agreements.contract.library.packages import BUILT_IN
from agreements.models import Package
from agreements.models.reusable import Service
from agreements.proposals import lifecycle, packages
from agreements.rules import cumulative_tiers, pricing
from agreements.rules.errors import NotCumulative, NotOpen
from tests.world import LADDER, NOW, World


def own(world: World, **fields: object) -> Package:
    values = {
        "name": "Cafés",
        "service": "social",
        "currency": "USD",
        "kpis": ["Growth"],
        "tiers": LADDER,
    } | fields
    return packages.add(business=world.business, now=NOW, **values)  # type: ignore[arg-type]


def test_every_kind_of_work_has_a_package_and_a_clause() -> None:
    assert set(BUILT_IN) == set(Service.values)
    assert [make().service for make in BUILT_IN.values()] == list(BUILT_IN)


@pytest.mark.parametrize("key", BUILT_IN)
def test_each_tier_contains_the_one_below(key: str) -> None:
    drafts = BUILT_IN[key]().drafts
    assert len(drafts) == 3 and not cumulative_tiers.faults(drafts)
    for below, above in pairwise(drafts):
        promised = {item["title"]: item["promised"] for item in above.deliverables}
        assert all(promised[item["title"]] >= item["promised"] for item in below.deliverables)
        assert above.response_hours <= below.response_hours and above.adds
        assert not pricing.price_step(below.amount, above.amount).hint
        # The hourly rate of a higher tier is never lower.
        assert below.amount * above.minutes <= above.amount * below.minutes
    assert [line.split(":")[0] for line in BUILT_IN[key]().kpis] == [
        "Growth",
        "Engagement",
        "Conversion",
    ]


def test_the_social_media_package_has_the_usual_tiers() -> None:
    values = packages.form_values("social", "USD")
    assert [(tier["fee"], tier["adds"].lower().splitlines()) for tier in values["tiers"]] == [
        (
            3000,
            ["content creation", "graphic design", "daily scheduled posts", "strategic promotion"],
        ),
        (5000, ["daily community engagement", "growth strategy", "campaign monitoring"]),
        (
            10000,
            [
                "influencer outreach",
                "partnerships and collaborations",
                "video",
                "daily community management",
            ],
        ),
    ]


def test_a_package_in_another_currency_leaves_the_fees_empty(world: World) -> None:
    values = packages.form_values(BUILT_IN["social"](), "THB")
    assert [tier["fee"] for tier in values["tiers"]] == ["", "", ""]
    assert "$3,000, $5,000, $10,000" in packages.foreign_fees_sentence(BUILT_IN["social"](), "THB")
    assert packages.foreign_fees_sentence(BUILT_IN["social"](), "USD") == ""


def test_a_change_of_a_package_never_changes_a_proposal(world: World) -> None:
    package = own(world)
    draft = world.proposal(send=False, tiers=package.drafts)
    sent = world.proposal(tiers=package.drafts)
    dearer = [replace(tier, amount=tier.amount * 2) for tier in LADDER]
    packages.change(package=package, tiers=dearer, version=1, name="Cafés and bars")
    packages.archive(package=package, now=NOW)
    for proposal in (draft, sent):
        assert [tier.amount for tier in lifecycle.tiers_of(proposal)] == [
            tier.amount for tier in LADDER
        ]
    assert packages.form_values(package, "USD")["tiers"][0]["fee"] == 6000


def test_an_unknown_foreign_or_archived_package_falls_back_to_the_usual_one(world: World) -> None:
    own_package, foreign, archived = own(world), own(World()), own(world, name="Old")
    packages.archive(package=archived, now=NOW)
    assert packages.find_package(world.business, str(own_package.pk)) == own_package
    for key in (str(foreign.pk), str(archived.pk), "", "x" * 500, "é\x00"):
        assert packages.key_of(packages.find_package(world.business, key)) == "social"
    assert packages.choices(world.business)[0][1] == [(str(own_package.pk), "Cafés")]
    packages.archive(package=archived, now=None)
    assert len(packages.offered(world.business)) == 2


def test_a_package_cannot_be_saved_over_a_newer_version(world: World) -> None:
    package = own(world)
    packages.change(package=package, tiers=LADDER, version=1, name="A")
    with pytest.raises(NotOpen):
        packages.change(package=package, tiers=LADDER, version=1, name="B")


def test_the_tiers_of_a_package_are_cumulative(world: World) -> None:
    with pytest.raises(NotCumulative):
        own(world, tiers=[*LADDER[:2], replace(LADDER[2], amount=1)])
