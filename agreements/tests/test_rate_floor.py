"""Going below the rate floor needs a reason, which the client never sees (rules 34 and 37)."""

import json
from typing import Any

import pytest

from agreements.contract import frozen_terms
from agreements.models import Proposal
from agreements.proposals import lifecycle
from agreements.rules.errors import BelowRateFloor
from tests.world import LADDER, NOW, World


@pytest.fixture
def with_floor(world: World) -> World:
    """A rate floor of 140 an hour; the first tier has 150, and 136.36 with two added hours."""
    world.business.floor_rate = 140_00
    world.business.save()
    return world


def adding(world: World, minutes: int, reason: str = "", **fields: Any) -> Proposal:
    added = [{"title": "Consulting", "minutes": minutes, "ends_on": "2027-01-31", "reason": reason}]
    return world.proposal(value_adds=added, **fields)


def test_going_below_the_rate_floor_needs_a_reason(with_floor: World) -> None:
    with pytest.raises(BelowRateFloor, match="Essential"):
        adding(with_floor, 120)
    assert not Proposal.objects.exists()
    assert adding(with_floor, 120, "They open three shops next year").sent_at
    assert adding(with_floor, 60).sent_at  # 142.86 an hour


def test_the_rate_floor_is_checked_again_when_a_draft_changes(with_floor: World) -> None:
    draft = adding(with_floor, 120, "A reason", send=False)
    without_reason = [draft.value_adds[0] | {"reason": ""}]
    with pytest.raises(BelowRateFloor):
        lifecycle.change_draft(
            proposal=draft, tiers=LADDER, now=NOW, currency="USD", value_adds=without_reason
        )


def test_the_rate_floor_does_not_apply_to_another_currency(with_floor: World) -> None:
    assert adding(with_floor, 120, currency="EUR").sent_at


def test_neither_the_reason_nor_the_hours_reach_the_agreement(with_floor: World) -> None:
    proposal = adding(with_floor, 120, "They open three shops next year")
    frozen = json.dumps(frozen_terms.freeze_terms(proposal, proposal.contact))
    assert "Consulting" in frozen and "shops" not in frozen and '"minutes"' not in frozen
