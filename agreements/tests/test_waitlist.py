"""No opening is no opening: nobody can pick what there is no time for; whoever wants it waits and hears (rule 36)."""

from datetime import date, timedelta

import pytest

from agreements.models import Agreement, Proposal, Tier, WaitlistEntry
from agreements.proposals import accept, capacity, client_view, propose, time_off, waitlist
from agreements.rules.errors import NotOpen
from core import audit
from core.models import OutboxEmail
from tests.world import HERE, NOW, World

TODAY = date(2026, 11, 2)


@pytest.fixture
def tight(world: World) -> World:
    """Forty hours a month: two of the first tier, one of the second, none of the third."""
    world.business.capacity_minutes = 40 * 60
    world.business.save()
    return world


def shown(world: World) -> tuple[Proposal, list[Tier]]:
    proposal = world.proposal(shows_openings=True, expires_on=date(2026, 12, 2))
    return proposal, propose.rungs(proposal)


def join(tier: Tier, proposal: Proposal) -> WaitlistEntry:
    return waitlist.join(tier=tier, contact=proposal.contact, now=NOW, origin=HERE)


def test_the_offer_says_how_many_places_are_left_and_only_when_asked_to(tight: World) -> None:
    proposal, tiers = shown(tight)
    places = client_view.shown(proposal, today=TODAY)["places"]
    assert [places[tier.pk] for tier in tiers] == [2, 1, 0]
    assert client_view.shown(tight.proposal(), today=TODAY)["places"] == {}


def test_without_a_place_it_cannot_be_picked_and_nothing_was_made(tight: World) -> None:
    proposal, tiers = shown(tight)
    with pytest.raises(NotOpen, match="join the waitlist"):
        accept.accept(
            proposal=proposal, tier=tiers[2], contact=proposal.contact, now=NOW, origin=HERE
        )
    assert not Agreement.objects.exists()
    accept.accept(proposal=proposal, tier=tiers[1], contact=proposal.contact, now=NOW, origin=HERE)


def test_whoever_waits_stands_on_the_list_once_and_the_freelancer_is_told_once(
    tight: World,
) -> None:
    proposal, tiers = shown(tight)
    first = join(tiers[2], proposal)
    assert join(tiers[2], proposal) == first
    assert OutboxEmail.objects.filter(kind="waits").count() == 1
    assert [event.event for event in audit.chain(proposal.pk)].count("waits") == 1


def test_they_hear_of_a_place_only_when_there_is_one(tight: World) -> None:
    proposal, tiers = shown(tight)
    wait = join(tiers[2], proposal)
    with pytest.raises(NotOpen, match="no room"):
        waitlist.tell(wait=wait, actor="Nan", now=NOW)
    assert not OutboxEmail.objects.filter(kind="room").exists()
    tight.business.capacity_minutes = 100 * 60
    tight.business.save()
    told = waitlist.tell(wait=wait, actor="Nan", now=NOW)
    waitlist.tell(wait=wait, actor="Nan", now=NOW + timedelta(minutes=1))
    assert told.told_at
    assert OutboxEmail.objects.filter(kind="room").count() == 1


def test_an_offer_that_is_over_has_no_waitlist(tight: World) -> None:
    proposal, tiers = shown(tight)
    with pytest.raises(NotOpen):
        waitlist.join(
            tier=tiers[2], contact=proposal.contact, now=NOW + timedelta(days=40), origin=HERE
        )
    assert not WaitlistEntry.objects.exists()


def test_a_pick_beyond_capacity_warns_before_it_is_countersigned(tight: World) -> None:
    picked = tight.picked(tight.proposal(), tier=2)
    assert capacity.lacks(picked) == 20 * 60
    time_off.add(business=tight.business, first=TODAY, last=date(2026, 11, 20), note="", now=NOW)
    assert capacity.lacks(picked) > 20 * 60
