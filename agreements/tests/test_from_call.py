"""What was said in the call stands in the proposal without being typed again."""

from typing import Any

import pytest

from agreements.proposals import from_call, opening_message, packages
from clients.call_notes import Answers
from tests.world import World

NOTHING: dict[str, Any] = {
    "needs": "",
    "goals": "",
    "kpis": [],
    "minutes": 0,
    "extras": [],
    "decision_maker": None,
}
KPI = {"name": "Followers", "unit": "", "baseline": "1200", "target": "5000"}


def said(**told: Any) -> Answers:
    return Answers(**{**NOTHING, **told})


def test_their_words_stand_in_the_opening_and_their_goal_is_the_reason() -> None:
    found = said(needs="Posts every day. ☕", goals="5,000 followers by summer.\nMore guests")
    assert "Posts every day.\n\n5,000 followers by summer.\nMore guests" in from_call.opening(found)
    assert from_call.reason(found) == "Your goal: 5,000 followers by summer."


def test_without_a_call_nothing_is_made_up() -> None:
    assert from_call.opening(said()) == opening_message.usual()
    assert from_call.reason(said()) == ""
    assert from_call.goals(said(), ["Growth"]) == ["Growth"]


def test_the_figures_of_the_call_take_the_place_of_the_usual_ones() -> None:
    assert from_call.goals(said(kpis=[KPI]), ["Growth"]) == ["Followers: from 1200 to 5000"]


@pytest.mark.parametrize(("hours", "place"), [(5, 0), (20, 0), (21, 1), (500, 2)])
def test_the_smallest_tier_that_holds_the_load_is_recommended(
    hours: int, place: int, world: World
) -> None:
    package = packages.find(world.business, "social_media")
    tiers = packages.form_values(package, "USD")["tiers"]
    found = from_call.recommend(tiers, package.drafts, hours * 60)
    assert [one["is_recommended"] for one in found].index(True) == place
    assert sum(one["is_recommended"] for one in found) == 1
    assert from_call.recommend(tiers, package.drafts, 0) == tiers
