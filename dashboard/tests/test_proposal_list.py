"""The list of proposals says what happened last with each."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from agreements.proposals import accept, client_actions, lifecycle
from tests.browsers import logged_in
from tests.world import HERE, World


def test_the_list_says_what_happened_last(world: World) -> None:
    now = timezone.now()
    _sent, viewed = (world.proposal(world.client(name), now=now) for name in ("Sent", "Viewed"))
    world.proposal(world.client("Draft"), now=now, send=False)
    two_days_ago = now - timedelta(days=2)
    old = world.proposal(world.client("Old"), now=two_days_ago)
    client_actions.record_opened(proposal=viewed, contact=viewed.contact, now=now, origin=HERE)
    growth = lifecycle.tiers_of(viewed)[1]
    client_actions.record_tier_seen(
        proposal=viewed, tier=growth, contact=viewed.contact, now=now, origin=HERE
    )
    client_actions.record_opened(proposal=old, contact=old.contact, now=two_days_ago, origin=HERE)
    world.picked(world.proposal(world.client("Picked"), now=now), tier=1, now=now)
    browser = logged_in(world.business.owner)
    rows = browser.get(reverse("dashboard:proposals")).context["rows"]
    assert {row.client.name: last for row, last, _fee in rows} == {
        "Sent": "Sent, today",
        "Viewed": "Viewed Growth, today",
        "Draft": "Draft started, today",
        "Picked": "Picked Growth, today",
        "Old": "Opened, 2 days ago",
    }


def test_the_list_shows_the_fee_and_begins_a_proposal_for_a_client(world: World) -> None:
    now = timezone.now()
    client = world.client("Baan")
    world.proposal(client, now=now)
    yearly = world.proposal(world.client("Picked"), now=now, interval="yearly")
    world.picked(yearly, tier=2, now=now)
    page = logged_in(world.business.owner).get(reverse("dashboard:proposals")).content.decode()
    assert "$5,000 / month" in page  # of the recommended tier
    assert "$10,000 / year" in page  # of the tier that was picked
    assert reverse("dashboard:proposal_new", args=[client.pk]) in page


def test_the_board_says_that_a_proposal_was_declined(world: World) -> None:
    now = timezone.now()
    proposal = world.proposal(world.client("Declined"), now=now)
    accept.decline_proposal(
        proposal=proposal, contact=proposal.contact, reason="No budget", now=now, origin=HERE
    )
    world.proposal(world.client("Sent"), now=now)
    browser = logged_in(world.business.owner)
    board = browser.get(reverse("dashboard:pipeline"))
    last = board.context["last"]
    assert sorted(last.values()) == ["Declined, today", "Sent, today"]
    assert "Declined, today" in board.text
    columns = {
        column.stage: [card[0].name for card in column.cards] for column in board.context["columns"]
    }
    assert (columns["proposal_sent"], columns["lost"]) == (["Sent"], ["Declined"])
    assert "They declined the proposal" in board.text and "“No budget”" in board.text
