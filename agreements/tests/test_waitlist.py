"""A tier without an opening cannot be picked; the client can join a waitlist (rule 36)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement, Proposal, Tier, WaitlistEntry
from agreements.proposals import accept, capacity, client_view, lifecycle, time_off, waitlist
from agreements.rules.errors import NotOpen
from core import audit
from core.models import OutboxEmail
from tests.browsers import logged_in
from tests.world import HERE, NOW, World

TODAY = date(2026, 11, 2)


@pytest.fixture
def forty_hours(world: World) -> World:
    """Forty hours a month: room for two of the first tier, one of the second, none of the third."""
    world.business.capacity_minutes = 40 * 60
    world.business.save()
    return world


def shown(world: World) -> tuple[Proposal, list[Tier]]:
    proposal = world.proposal(shows_openings=True, expires_on=date(2026, 12, 2))
    return proposal, lifecycle.tiers_of(proposal)


def join(tier: Tier, proposal: Proposal) -> WaitlistEntry:
    return waitlist.join(tier=tier, contact=proposal.contact, now=NOW, origin=HERE)


def test_a_proposal_shows_its_openings_only_if_the_freelancer_wants_it(forty_hours: World) -> None:
    proposal, tiers = shown(forty_hours)
    places = client_view.page_context(proposal, today=TODAY)["places"]
    assert [places[tier.pk] for tier in tiers] == [2, 1, 0]
    assert client_view.page_context(forty_hours.proposal(), today=TODAY)["places"] == {}


def test_a_tier_without_an_opening_cannot_be_picked(forty_hours: World) -> None:
    proposal, tiers = shown(forty_hours)
    with pytest.raises(NotOpen, match="join the waitlist"):
        accept.accept_proposal(
            proposal=proposal, tier=tiers[2], contact=proposal.contact, now=NOW, origin=HERE
        )
    assert not Agreement.objects.exists()
    accept.accept_proposal(
        proposal=proposal, tier=tiers[1], contact=proposal.contact, now=NOW, origin=HERE
    )


def test_a_client_joins_the_waitlist_once_and_the_freelancer_is_told_once(
    forty_hours: World,
) -> None:
    proposal, tiers = shown(forty_hours)
    first = join(tiers[2], proposal)
    assert join(tiers[2], proposal) == first
    assert OutboxEmail.objects.filter(kind="waits").count() == 1
    assert [event.event for event in audit.chain(proposal.pk)].count("waits") == 1


def test_a_waiting_client_is_told_of_an_opening_only_when_there_is_one(forty_hours: World) -> None:
    proposal, tiers = shown(forty_hours)
    entry = join(tiers[2], proposal)
    with pytest.raises(NotOpen, match="no room"):
        waitlist.announce_opening(wait=entry, actor="Nan", now=NOW)
    assert not OutboxEmail.objects.filter(kind="room").exists()
    forty_hours.business.capacity_minutes = 100 * 60
    forty_hours.business.save()
    told = waitlist.announce_opening(wait=entry, actor="Nan", now=NOW)
    waitlist.announce_opening(wait=entry, actor="Nan", now=NOW + timedelta(minutes=1))
    assert told.told_at
    assert OutboxEmail.objects.filter(kind="room").count() == 1


def test_an_expired_proposal_has_no_waitlist(forty_hours: World) -> None:
    proposal, tiers = shown(forty_hours)
    with pytest.raises(NotOpen):
        waitlist.join(
            tier=tiers[2], contact=proposal.contact, now=NOW + timedelta(days=40), origin=HERE
        )
    assert not WaitlistEntry.objects.exists()


def test_overbooked_minutes_are_known_before_the_freelancer_countersigns(
    forty_hours: World,
) -> None:
    picked = forty_hours.picked(forty_hours.proposal(), tier=2)
    assert capacity.overbooked_minutes(picked) == 20 * 60
    time_off.add(
        business=forty_hours.business, first=TODAY, last=date(2026, 11, 20), note="", now=NOW
    )
    assert capacity.overbooked_minutes(picked) > 20 * 60


def test_who_waits_is_ranked_by_day_then_by_fee_and_told_in_that_order(forty_hours: World) -> None:
    rows = []
    for name, tier, later in (
        ("First", 1, 0),
        ("Second", 2, 1),
        ("Third", 2, 2),
        ("Early", 0, -30),
    ):
        client = forty_hours.client(name=name)
        proposal = forty_hours.proposal(client, shows_openings=True, expires_on=date(2026, 12, 2))
        entry = waitlist.join(
            tier=lifecycle.tiers_of(proposal)[tier],
            contact=proposal.contact,
            now=NOW + timedelta(hours=later),
            origin=HERE,
        )
        rows.append(entry)
    names = [place.entry.proposal.client.name for place in queue(forty_hours)]
    assert names == ["Early", "Second", "Third", "First"]
    assert [place.fits for place in queue(forty_hours)] == [True, False, False, True]
    told = waitlist.next_in_line(queue(forty_hours))
    assert told
    waitlist.announce_opening(wait=told.entry, actor="Nan", now=NOW)
    # what was held out to the first is not held out to another
    assert [place.fits for place in queue(forty_hours)] == [True, False, False, False]
    assert waitlist.next_in_line(queue(forty_hours)) is None


def queue(world: World) -> list[waitlist.Place]:
    return waitlist.queue(world.business, NOW)


def test_the_page_of_the_waitlist_tells_the_next_and_asks_no_more_with_more_rows(
    forty_hours: World, django_assert_max_num_queries: Any
) -> None:
    owner = logged_in(forty_hours.business.owner)
    page = reverse("dashboard:waitlist")
    assert "Nobody is waiting" in owner.get(page).content.decode()
    proposal, tiers = shown(forty_hours)
    first = join(tiers[1], proposal)
    with CaptureQueriesContext(connection) as counted:
        assert "Tell Ploy" in owner.get(page).content.decode()
    for name in ("Two", "Three", "Four"):
        another = forty_hours.proposal(forty_hours.client(name=name), starts_on=date(2026, 12, 5))
        join(lifecycle.tiers_of(another)[2], another)
    with django_assert_max_num_queries(len(counted)):
        assert "Three" in owner.get(page).content.decode()
    owner.post(reverse("dashboard:wait_tell", args=[first.pk]), {"back": "waitlist"})
    shown_after = owner.get(page).content.decode()
    assert "Told," in shown_after
    assert "Tell Ploy" not in shown_after
    assert page in owner.get(reverse("dashboard:capacity")).content.decode()
