"""The notes of a sales call fill the proposal, so that nothing is typed twice."""

from typing import Any

import pytest

from agreements.proposals import call_prefill, opening_message, packages
from clients.calls.call_notes import Answers
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


def answers(**given: Any) -> Answers:
    return Answers(**{**NOTHING, **given})


def test_the_opening_message_quotes_the_client_and_their_goal_is_the_reason() -> None:
    notes = answers(needs="Posts every day. ☕", goals="5,000 followers by summer.\nMore guests")
    assert (
        "Posts every day.\n\n5,000 followers by summer.\nMore guests"
        in call_prefill.opening_text(notes)
    )
    assert call_prefill.recommendation_reason(notes) == "Your goal is “5,000 followers by summer”."


def test_the_proposals_goals_are_the_clients_own_lines() -> None:
    notes = answers(goals="- 5,000 followers by summer\n\n• More guests", needs="Posts")
    assert call_prefill.client_goals(notes) == ["5,000 followers by summer", "More guests"]
    assert call_prefill.client_goals(answers(needs="Posts every day")) == ["Posts every day"]
    assert call_prefill.client_goals(answers()) == []
    long = call_prefill.client_goals(answers(goals="\n".join("x" * 300 for _ in range(20))))
    assert [len(line) for line in long] == [200] * 8


def test_without_call_notes_the_usual_texts_are_used() -> None:
    assert call_prefill.opening_text(answers()) == opening_message.usual_message()
    assert "Thank you for the call" not in opening_message.usual_message()
    assert call_prefill.opening_text(answers(), has_call=True).startswith("Thank you for the call.")
    assert call_prefill.recommendation_reason(answers()) == ""
    assert call_prefill.goals(answers(), ["Growth"]) == ["Growth"]


def test_kpis_from_the_call_replace_the_usual_ones() -> None:
    assert call_prefill.goals(answers(kpis=[KPI]), ["Growth"]) == ["Followers: from 1200 to 5000"]


@pytest.mark.parametrize(("hours", "index"), [(5, 0), (20, 0), (21, 1), (500, 2)])
def test_the_smallest_tier_that_includes_the_estimated_time_is_recommended(
    hours: int, index: int, world: World
) -> None:
    package = packages.find_package(world.business, "social_media")
    tiers = packages.form_values(package, "USD")["tiers"]
    recommended = call_prefill.recommend_tier(tiers, package.drafts, hours * 60)
    assert [tier["is_recommended"] for tier in recommended].index(True) == index
    assert sum(tier["is_recommended"] for tier in recommended) == 1
    assert call_prefill.recommend_tier(tiers, package.drafts, 0) == tiers
