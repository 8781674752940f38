"""An offer has one outcome: what was withdrawn, declined or is over is never an agreement, and the other way round."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from agreements.models import Agreement, Proposal
from agreements.proposals import accept, propose
from agreements.rules.errors import NotOpen
from agreements.rules.schedule import Interval
from agreements.signing import agreement_pdf
from core import audit
from tests.world import HERE, NOW, World


def while_it_is_printed(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Do `act` in the moment between the first look at the proposal and the agreement's row."""
    original = agreement_pdf.unsigned_pdf

    def printed(agreement: Agreement, *, created: datetime) -> bytes:
        act(Proposal.objects.get(pk=agreement.proposal_id))
        return original(agreement, created=created)

    monkeypatch.setattr(agreement_pdf, "unsigned_pdf", printed)


def test_an_offer_that_is_withdrawn_while_it_is_picked_makes_no_agreement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = world.proposal()
    while_it_is_printed(
        monkeypatch, lambda seen: propose.withdraw(proposal=seen, actor="Nan", now=NOW)
    )
    with pytest.raises(NotOpen):
        world.picked(proposal)
    assert not Agreement.objects.exists()


def test_two_tabs_that_pick_two_tiers_make_one_agreement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = world.proposal()
    both = []

    def other_tab(seen: Proposal) -> None:
        monkeypatch.undo()
        both.append(world.picked(seen, tier=2))

    while_it_is_printed(monkeypatch, other_tab)
    with pytest.raises(NotOpen):
        world.picked(proposal, tier=0)
    assert [row.pk for row in Agreement.objects.all()] == [both[0].pk]
    assert [event.event for event in audit.chain(both[0].pk)] == ["accepted"]


def test_an_offer_stays_open_until_its_last_day_is_over_where_the_client_is(world: World) -> None:
    client = world.client(time_zone="America/Los_Angeles")
    proposal = world.proposal(client, expires_on=date(2026, 11, 10))
    evening = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)  # nine in the evening of the 10th over there
    propose.expire_due(now=evening)
    proposal.refresh_from_db()
    assert proposal.state == "sent"
    propose.expire_due(now=evening + timedelta(hours=4))
    proposal.refresh_from_db()
    assert proposal.state == "expired"


def test_an_offer_that_would_end_before_it_could_start_says_so(world: World) -> None:
    trial = world.proposal(
        interval=Interval.ONCE,
        starts_on=NOW.date(),
        ends_on=NOW.date() + timedelta(days=14),
        trial_measure="20 calls",
    )
    with pytest.raises(NotOpen):
        world.picked(trial, now=NOW + timedelta(days=14))
    assert not Agreement.objects.exists()


def test_only_the_clients_own_people_answer(world: World) -> None:
    proposal = world.proposal()
    stranger = world.person(world.client("Another"))
    with pytest.raises(NotOpen):
        accept.accept(
            proposal=proposal,
            tier=propose.rungs(proposal)[0],
            contact=stranger,
            now=NOW,
            origin=HERE,
        )
    with pytest.raises(NotOpen):
        accept.decline(proposal=proposal, contact=stranger, reason="", now=NOW, origin=HERE)
    with pytest.raises(NotOpen):
        elsewhere = propose.rungs(world.proposal(world.client("Third")))[0]
        accept.accept(
            proposal=proposal, tier=elsewhere, contact=proposal.contact, now=NOW, origin=HERE
        )


def test_what_was_picked_is_not_withdrawn_or_declined(world: World) -> None:
    proposal = world.picked().proposal
    proposal.refresh_from_db()
    with pytest.raises(NotOpen):
        propose.withdraw(proposal=proposal, actor="Nan", now=NOW)
    with pytest.raises(NotOpen):
        accept.decline(proposal=proposal, contact=proposal.contact, reason="", now=NOW, origin=HERE)


def test_a_start_that_has_passed_becomes_today_and_the_anchor_with_it(world: World) -> None:
    agreement = world.picked(world.proposal(starts_on=NOW.date()), now=NOW + timedelta(days=3))
    assert (agreement.starts_on, agreement.anchor_day) == (date(2026, 11, 5), 5)
    assert agreement.terms["starts_on"] == "2026-11-05"
