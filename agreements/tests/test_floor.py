"""Under the floor only with a reason, and the reason is nobody else's business (rules 34 and 37)."""

import json
from typing import Any

import pytest

from agreements.contract import frozen_terms
from agreements.models import Proposal
from agreements.proposals import propose
from agreements.rules.errors import UnderFloor
from tests.world import LADDER, NOW, World


@pytest.fixture
def proud(world: World) -> World:
    """Works for 140 an hour at least; the first tier brings 150, with two hours added 136.36."""
    world.business.floor_rate = 140_00
    world.business.save()
    return world


def adding(world: World, minutes: int, reason: str = "", **fields: Any) -> Proposal:
    added = [{"title": "Consulting", "minutes": minutes, "ends_on": "2027-01-31", "reason": reason}]
    return world.proposal(value_adds=added, **fields)


def test_what_goes_under_the_floor_asks_why(proud: World) -> None:
    with pytest.raises(UnderFloor, match="Essential"):
        adding(proud, 120)
    assert not Proposal.objects.exists()
    assert adding(proud, 120, "They open three shops next year").sent_at
    assert adding(proud, 60).sent_at  # 142.86 an hour


def test_a_draft_is_asked_again_when_it_is_changed(proud: World) -> None:
    draft = adding(proud, 120, "A reason", send=False)
    silent = [draft.value_adds[0] | {"reason": ""}]
    with pytest.raises(UnderFloor):
        propose.change(proposal=draft, tiers=LADDER, now=NOW, currency="USD", value_adds=silent)


def test_a_floor_in_another_currency_says_nothing(proud: World) -> None:
    assert adding(proud, 120, currency="EUR").sent_at


def test_neither_reason_nor_hours_reach_the_paper(proud: World) -> None:
    proposal = adding(proud, 120, "They open three shops next year")
    frozen = json.dumps(frozen_terms.freeze(proposal, proposal.contact))
    assert "Consulting" in frozen and "shops" not in frozen and '"minutes"' not in frozen
