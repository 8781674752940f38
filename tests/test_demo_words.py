"""The proposals of the demo open as a person would write, in the client's language."""

from datetime import timedelta

import pytest

from agreements.proposals import opening_message
from retainer_hub.demo import play
from retainer_hub.demo.cast import PARTS, Part
from tests.world import NOW, World


@pytest.mark.parametrize(
    "part", [part for part in PARTS if not part.is_trial], ids=lambda part: part.email
)
def test_the_opening_recommends_a_tier_with_its_reason_in_one_sentence(
    world: World, part: Part
) -> None:
    proposal = play._offer(world.business, part, NOW.date() + timedelta(days=2), NOW)
    text = opening_message.filled_message(proposal)
    assert text and "{{" not in text
    recommended = opening_message.recommended_tier(list(proposal.tiers.order_by("position")))
    assert recommended
    because = {"en": "because you want", "th": "เพราะคุณต้องการ"}[part.language]
    assert f"{recommended.name} {because}" in text
    assert not any(word in text for word in ("ค่ะ", "ครับ", "คะ", ": You"))
