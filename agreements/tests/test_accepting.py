"""A proposal has one outcome: once withdrawn, declined or expired, it is never an agreement."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from agreements.models import Agreement, Proposal
from agreements.proposals import accept, after_sending, lifecycle
from agreements.rules.errors import AlreadyPicked, NotOpen
from agreements.rules.intervals import Interval
from agreements.signing import agreement_pdf, signers, unsigned_documents
from core import audit
from tests.world import HERE, NOW, World


def while_it_is_rendered(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Run `act` while the PDF is rendered: after the first check, before the agreement is saved."""
    original = agreement_pdf.unsigned_pdf

    def render(agreement: Agreement, *, created: datetime) -> bytes:
        act(Proposal.objects.get(pk=agreement.proposal_id))
        return original(agreement, created=created)

    monkeypatch.setattr(agreement_pdf, "unsigned_pdf", render)


def test_a_proposal_withdrawn_while_it_is_picked_makes_no_agreement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = world.proposal()
    while_it_is_rendered(
        monkeypatch, lambda seen: lifecycle.withdraw_proposal(proposal=seen, actor="Nan", now=NOW)
    )
    with pytest.raises(NotOpen):
        world.picked(proposal)
    assert not Agreement.objects.exists()


def test_two_tabs_that_pick_two_tiers_make_one_agreement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = world.proposal()
    picked = []

    def other_tab(proposal_seen: Proposal) -> None:
        monkeypatch.undo()
        picked.append(world.picked(proposal_seen, tier=2))

    while_it_is_rendered(monkeypatch, other_tab)
    with pytest.raises(NotOpen):
        world.picked(proposal, tier=0)
    assert [row.pk for row in Agreement.objects.all()] == [picked[0].pk]
    assert [event.event for event in audit.chain(picked[0].pk)] == ["accepted"]


def picked_instead(world: World, agreement: Agreement, tier: int, now: datetime = NOW) -> Agreement:
    """The client picks another tier on the page that shows them the one that they have picked."""
    proposal = Proposal.objects.get(pk=agreement.proposal_id)
    rung = lifecycle.tiers_of(proposal)[tier]
    return accept.accept_proposal(
        proposal=proposal,
        tier=rung,
        contact=proposal.contact,
        now=now,
        origin=HERE,
        instead_of=agreement,
    )


def test_another_tier_can_be_picked_until_the_first_signature(world: World) -> None:
    first = world.picked(tier=0)
    second = picked_instead(world, first, tier=2)
    first.refresh_from_db()
    proposal = second.proposal
    assert (first.state, second.state, proposal.state) == ("void", "sent", "sent")
    assert proposal.agreement == second and second.amount == 10_000_00
    change = audit.chain(proposal.pk)[-1]
    assert (change.event, change.data) == ("tier_changed", {"to": "Partner", "from": "Essential"})
    assert audit.chain(first.pk)[-1].event == "tier_changed"
    with pytest.raises(NotOpen):
        signers.require_turn(first, first.contact)

    world.signed(second, card="")
    with pytest.raises(NotOpen):
        picked_instead(world, second, tier=1)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.agreement) == ("accepted", second)


def test_a_page_that_did_not_know_of_the_choice_does_not_undo_it(world: World) -> None:
    first = world.picked(tier=0)
    second = picked_instead(world, first, tier=2)
    with pytest.raises(AlreadyPicked, match="Partner"):
        world.picked(Proposal.objects.get(pk=first.proposal_id), tier=1)
    with pytest.raises(AlreadyPicked, match="Partner"):
        picked_instead(world, first, tier=1)
    assert list(Agreement.objects.exclude(state="void")) == [second]


def test_a_tier_changed_in_two_tabs_leaves_one_agreement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = world.picked(tier=0), []

    def other_tab(_seen: Proposal) -> None:
        monkeypatch.undo()
        other.append(picked_instead(world, first, tier=1))

    while_it_is_rendered(monkeypatch, other_tab)
    with pytest.raises(NotOpen):
        picked_instead(world, first, tier=2)
    assert list(Agreement.objects.exclude(state="void")) == other


def test_what_was_not_signed_can_be_revised_with_every_word_kept(world: World) -> None:
    for close in ("taken back", "declined", "expired"):
        agreement = world.picked(world.proposal(world.client(close), intro="As we said."))
        if close == "taken back":
            unsigned_documents.withdraw(paper=agreement, reason="a mistake", actor="Nan", now=NOW)
        elif close == "declined":
            unsigned_documents.decline(
                paper=agreement, contact=agreement.contact, reason="", now=NOW, origin=HERE
            )
        else:
            unsigned_documents.expire_due(now=NOW + timedelta(days=16))
        proposal = Proposal.objects.get(pk=agreement.proposal_id)
        assert proposal.agreement is None, close
        draft = after_sending.revise_proposal(proposal=proposal, now=NOW)
        assert (draft.intro, draft.version) == ("As we said.", 2), close
        lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)
        assert world.picked(draft, tier=1).state == "sent", close


def test_a_proposal_whose_agreement_was_not_signed_in_time_can_be_opened_again(
    world: World,
) -> None:
    agreement = world.picked(world.proposal(expires_on=date(2026, 11, 10)))
    late = NOW + timedelta(days=16)
    unsigned_documents.expire_due(now=late)
    proposal = Proposal.objects.get(pk=agreement.proposal_id)
    after_sending.extend_proposal(
        proposal=proposal, until=date(2026, 12, 10), actor="Nan", now=late
    )
    again = world.picked(Proposal.objects.get(pk=proposal.pk), tier=0, now=late)
    assert (again.pk != agreement.pk, again.state) == (True, "sent")


def test_a_proposal_stays_open_until_its_last_day_is_over_in_the_clients_time_zone(
    world: World,
) -> None:
    client = world.client(time_zone="America/Los_Angeles")
    proposal = world.proposal(client, expires_on=date(2026, 11, 10))
    evening = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)  # 21:00 on the 10th in Los Angeles
    lifecycle.expire_due(now=evening)
    proposal.refresh_from_db()
    assert proposal.state == "sent"
    lifecycle.expire_due(now=evening + timedelta(hours=4))
    proposal.refresh_from_db()
    assert proposal.state == "expired"


def test_a_proposal_that_would_end_before_it_starts_cannot_be_picked(world: World) -> None:
    trial = world.proposal(
        interval=Interval.ONCE,
        starts_on=NOW.date(),
        ends_on=NOW.date() + timedelta(days=14),
        trial_measure="20 calls",
    )
    with pytest.raises(NotOpen):
        world.picked(trial, now=NOW + timedelta(days=14))
    assert not Agreement.objects.exists()


def test_only_contacts_of_the_client_can_answer(world: World) -> None:
    proposal = world.proposal()
    stranger = world.person(world.client("Another"))
    with pytest.raises(NotOpen):
        accept.accept_proposal(
            proposal=proposal,
            tier=lifecycle.tiers_of(proposal)[0],
            contact=stranger,
            now=NOW,
            origin=HERE,
        )
    with pytest.raises(NotOpen):
        accept.decline_proposal(
            proposal=proposal, contact=stranger, reason="", now=NOW, origin=HERE
        )
    with pytest.raises(NotOpen):
        other_tier = lifecycle.tiers_of(world.proposal(world.client("Third")))[0]
        accept.accept_proposal(
            proposal=proposal, tier=other_tier, contact=proposal.contact, now=NOW, origin=HERE
        )


def test_a_picked_proposal_can_neither_be_withdrawn_nor_declined(world: World) -> None:
    proposal = world.picked().proposal
    proposal.refresh_from_db()
    with pytest.raises(NotOpen):
        lifecycle.withdraw_proposal(proposal=proposal, actor="Nan", now=NOW)
    with pytest.raises(NotOpen):
        accept.decline_proposal(
            proposal=proposal, contact=proposal.contact, reason="", now=NOW, origin=HERE
        )


def test_a_start_that_has_passed_becomes_today_and_so_does_the_anchor_day(world: World) -> None:
    agreement = world.picked(world.proposal(starts_on=NOW.date()), now=NOW + timedelta(days=3))
    assert (agreement.starts_on, agreement.anchor_day) == (date(2026, 11, 5), 5)
    assert agreement.terms["starts_on"] == "2026-11-05"
