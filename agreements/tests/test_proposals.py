"""Proposals from the draft to the pick: gaps block sending, and what was sent is frozen."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from agreements.models import Proposal
from agreements.proposals import accept, after_sending, client_actions, lifecycle, opening_message
from agreements.rules.errors import BadWording, NotOpen
from agreements.rules.states import ProposalState
from agreements.signing import unsigned_documents
from clients import client_records, testimonials
from clients.rules.pipeline import Stage
from core import audit
from core.digest import digest
from core.models import OutboxEmail
from tests.world import HERE, LADDER, NOW, World

LATER = NOW + timedelta(days=12)
OPEN_UNTIL = date(2026, 11, 16)


def emails(kind: str) -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(kind=kind).order_by("created_at"))


def test_a_missing_merge_field_blocks_sending_and_is_named(world: World) -> None:
    draft = world.proposal(
        send=False, intro="Dear {{contact}}, I recommend {{tier}} because {{because}}. {{nickname}}"
    )
    with pytest.raises(BadWording, match=r"\{\{because\}\} is empty: why you recommend it"):
        lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)
    assert "{{nickname}}" in " ".join(lifecycle.faults(draft))
    lifecycle.change_draft(
        proposal=draft,
        tiers=LADDER,
        now=NOW,
        intro="Dear {{contact}}, take {{tier}}: {{because}}.",
        recommended_because="you want answers",
    )
    sent = lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)
    assert sent.intro == "Dear Ploy, take Growth: you want answers."
    assert "take Growth: you want answers" in emails("proposal")[0].text


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_usual_opening_message_never_holds_an_empty_field(world: World, language: str) -> None:
    with translation.override(language):
        without, with_reason = (
            opening_message.usual_message(has_reason=has_reason) for has_reason in (False, True)
        )
        assert opening_message.fitted(without, has_reason=True) == with_reason
        assert opening_message.fitted(with_reason, has_reason=True) == with_reason
        assert opening_message.fitted(with_reason, has_reason=False) == without
    draft = world.proposal(send=False, intro=without, language=language)
    assert lifecycle.faults(draft) == []
    assert "{{" not in opening_message.filled_message(draft)


def test_text_that_a_person_typed_is_never_executed_or_filled_in(world: World) -> None:
    client = world.client("{{me}} {% now %}")
    sent = world.proposal(client, intro="For {{client}} {% now %}")
    assert sent.intro == "For {{me}} {% now %} {% now %}"


def test_sending_freezes_a_snapshot_with_its_hash(world: World) -> None:
    testimonial = testimonials.keep(
        business=world.business, author="Mali", quote="It grew.", now=NOW
    )
    sent = world.proposal(testimonials=[testimonial])
    assert digest(sent.snapshot) == sent.snapshot_hash
    assert [tier["amount"] for tier in sent.snapshot["tiers"]] == [3_000_00, 5_000_00, 10_000_00]
    assert audit.chain(sent.pk)[0].data == {"snapshot": sent.snapshot_hash}
    testimonials.keep(
        business=world.business, author="Mali", quote="It shrank.", now=NOW, row=testimonial
    )
    sent.refresh_from_db()
    assert sent.snapshot["testimonials"][0]["quote"] == "It grew."


@pytest.mark.parametrize("column", ["intro", "snapshot_hash", "starts_on", "kpis"])
def test_the_database_refuses_to_change_what_was_sent(world: World, column: str) -> None:
    sent = world.proposal()
    value: Any = {"kpis": ["more"], "starts_on": date(2027, 1, 1)}.get(column, "other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=sent.pk).update(**{column: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        sent.tiers.update(amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        sent.tiers.all().delete()


def test_a_draft_can_be_changed(world: World) -> None:
    draft = world.proposal(send=False)
    lifecycle.change_draft(proposal=draft, tiers=LADDER[:2], now=NOW, title="Other")
    assert lifecycle.tiers_of(draft)[1].name == "Growth"


def test_reminders_come_three_days_before_and_on_the_last_day_and_stop_when_answered(
    world: World,
) -> None:
    proposal = world.proposal(expires_on=OPEN_UNTIL)
    days = [NOW + timedelta(days=n) for n in range(16)]
    for day in days[:11]:
        assert after_sending.remind_due(now=day) == 0
    assert [after_sending.remind_due(now=day) for day in days[11:15]] == [1, 0, 0, 1]
    assert len(emails("proposal_reminder")) == 2
    assert [event.event for event in audit.chain(proposal.pk)].count("reminded") == 2

    other = world.proposal(world.client("Other"), expires_on=OPEN_UNTIL)
    accept.accept_proposal(
        proposal=other,
        tier=lifecycle.tiers_of(other)[0],
        contact=other.contact,
        now=NOW,
        origin=HERE,
    )
    assert after_sending.remind_due(now=days[12]) == 0


def test_a_proposal_can_be_extended_and_an_expired_one_opened_again(world: World) -> None:
    proposal = world.proposal(expires_on=OPEN_UNTIL, ends_on=None)
    with pytest.raises(NotOpen, match="later day"):
        after_sending.extend_proposal(proposal=proposal, until=OPEN_UNTIL, actor="Nan", now=NOW)
    lifecycle.expire_due(now=NOW + timedelta(days=20))
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.EXPIRED
    after_sending.extend_proposal(
        proposal=proposal, until=date(2026, 12, 1), actor="Nan", now=NOW + timedelta(days=20)
    )
    assert (proposal.state, proposal.decided_at, proposal.expires_on) == (
        ProposalState.SENT,
        None,
        date(2026, 12, 1),
    )
    assert "1 December 2026" in emails("proposal_extended")[0].text


def test_a_revision_replaces_the_old_version_when_it_is_sent(world: World) -> None:
    old = world.proposal()
    revision = after_sending.revise_proposal(proposal=old, now=LATER)
    assert after_sending.revise_proposal(proposal=old, now=LATER) == revision  # pressed twice
    assert (
        after_sending.newest_version(old),
        revision.version,
        len(lifecycle.tiers_of(revision)),
    ) == (
        old,
        2,
        3,
    )
    lifecycle.send_proposal(proposal=revision, actor="Nan", now=LATER)
    old.refresh_from_db()
    assert (old.state, after_sending.newest_version(old)) == (ProposalState.REPLACED, revision)
    with pytest.raises(NotOpen):
        accept.accept_proposal(
            proposal=old,
            tier=lifecycle.tiers_of(old)[0],
            contact=old.contact,
            now=LATER,
            origin=HERE,
        )


def test_a_version_that_was_picked_in_the_meantime_is_not_replaced(world: World) -> None:
    old = world.proposal()
    revision = after_sending.revise_proposal(proposal=old, now=NOW)
    world.picked(old)
    with pytest.raises(NotOpen, match="picked"):
        lifecycle.send_proposal(proposal=revision, actor="Nan", now=LATER)


def test_a_question_is_answered_once_and_emailed_to_both_sides(world: World) -> None:
    proposal = world.proposal()
    question = client_actions.ask_question(
        proposal=proposal,
        contact=proposal.contact,
        text="Do you work on Sundays?",
        now=NOW,
        origin=HERE,
    )
    assert emails("question")[0].to == world.business.owner.email
    client_actions.answer_question(question=question, text="No.", actor="Nan", now=NOW)
    with pytest.raises(NotOpen):
        client_actions.answer_question(question=question, text="Yes.", actor="Nan", now=NOW)
    assert question.answer == "No."
    assert "Do you work on Sundays?" in emails("answer")[0].text


def test_a_proposal_can_be_forwarded_to_colleagues_five_times(world: World) -> None:
    proposal = world.proposal()
    colleague = client_actions.forward_proposal(
        proposal=proposal,
        contact=proposal.contact,
        name="Somchai",
        email="s@baan.example",
        now=NOW,
        origin=HERE,
    )
    assert (colleague.client, emails("proposal_forward")[0].to) == (
        proposal.client,
        "s@baan.example",
    )
    # Whoever else is in the portal cannot bring in a mailbox of their own unseen.
    assert f"{proposal.contact.name} forwarded this proposal" in emails("proposal_forward")[0].text
    assert "we spoke about" not in emails("proposal_forward")[0].text, "Somchai was not there"
    told = {row.to: row.text for row in emails("proposal_forwarded")}
    assert set(told) == {proposal.contact.email, world.business.owner.email}
    assert all("Somchai (s@baan.example)" in text for text in told.values())
    agreement = accept.accept_proposal(
        proposal=proposal,
        tier=lifecycle.tiers_of(proposal)[1],
        contact=colleague,
        now=NOW,
        origin=HERE,
    )
    assert agreement.contact == colleague

    other = world.proposal(world.client("Other"))
    for n in range(5):
        client_actions.forward_proposal(
            proposal=other,
            contact=other.contact,
            name="N",
            email=f"n{n}@x.example",
            now=NOW,
            origin=HERE,
        )
    with pytest.raises(NotOpen, match="five"):
        client_actions.forward_proposal(
            proposal=other,
            contact=other.contact,
            name="N",
            email="n9@x.example",
            now=NOW,
            origin=HERE,
        )


def test_a_stranger_can_neither_ask_nor_forward(world: World) -> None:
    proposal, stranger = world.proposal(), world.person(world.client("Stranger"))
    with pytest.raises(NotOpen):
        client_actions.ask_question(
            proposal=proposal, contact=stranger, text="?", now=NOW, origin=HERE
        )
    with pytest.raises(NotOpen):
        client_actions.forward_proposal(
            proposal=proposal, contact=stranger, name="N", email="n@x.example", now=NOW, origin=HERE
        )


def test_views_of_a_proposal_are_recorded_once_a_day(world: World) -> None:
    proposal = world.proposal()
    tier = lifecycle.tiers_of(proposal)[2]
    for now in (NOW, NOW + timedelta(hours=2), NOW + timedelta(days=1)):
        client_actions.record_opened(
            proposal=proposal, contact=proposal.contact, now=now, origin=HERE
        )
        client_actions.record_tier_seen(
            proposal=proposal, tier=tier, contact=proposal.contact, now=now, origin=HERE
        )
    events = [event.event for event in audit.chain(proposal.pk)]
    assert (events.count("offer_opened"), events.count("tier_seen")) == (2, 2)
    assert audit.is_whole(audit.chain(proposal.pk))
    proposal.refresh_from_db()
    assert proposal.opened_at == NOW


def test_a_test_email_to_the_freelancer_has_no_link(world: World) -> None:
    draft = world.proposal(send=False, intro="Hello")
    assert after_sending.send_test_email(proposal=draft, now=NOW) == world.business.owner.email
    assert "[[link" not in emails("proposal_trial")[0].text
    draft.refresh_from_db()
    assert draft.state == ProposalState.DRAFT
    assert draft.client.state == Stage.LEAD


@pytest.mark.parametrize("what", ["the proposal", "the agreement"])
def test_declining_moves_the_client_out_of_proposal_sent(world: World, what: str) -> None:
    """To lost, with the client's reason; a revised proposal brings them back."""
    offer = world.proposal()
    if what == "the proposal":
        accept.decline_proposal(
            proposal=offer, contact=offer.contact, reason="Too expensive", now=LATER, origin=HERE
        )
    else:
        paper = world.picked(offer)
        unsigned_documents.decline(
            paper=paper, contact=offer.contact, reason="Too expensive", now=LATER, origin=HERE
        )
    offer.refresh_from_db()
    client = offer.client
    client.refresh_from_db()
    assert (client.state, client.lost_because) == (Stage.LOST, "declined")
    assert (client.lost_words, client.stage_at) == ("Too expensive", LATER)
    revised = after_sending.revise_proposal(proposal=offer, now=LATER)
    lifecycle.send_proposal(proposal=revised, actor="Nan", now=LATER)
    client.refresh_from_db()
    assert (client.state, client.lost_words) == (Stage.PROPOSAL_SENT, "")


@pytest.mark.parametrize("also", ["another proposal", "signed"])
def test_declining_one_of_several_leaves_the_client_where_it_is(world: World, also: str) -> None:
    client = world.client()
    if also == "signed":
        world.signed(world.picked(world.proposal(client)))
    else:
        world.proposal(client)
    client.refresh_from_db()
    before = client.state
    offer = world.proposal(client)
    accept.decline_proposal(proposal=offer, contact=offer.contact, reason="", now=NOW, origin=HERE)
    client.refresh_from_db()
    assert client.state == before != Stage.LOST


@pytest.mark.parametrize("letter", [b"MZ\x90", b"%PDF-1.7 cut", b"<html>"])
def test_a_testimonial_letter_must_be_a_pdf(world: World, letter: bytes) -> None:
    with pytest.raises(testimonials.BadLetter):
        testimonials.keep(business=world.business, author="A", now=NOW, letter=letter)


def test_a_proposal_cannot_be_forwarded_to_a_deactivated_contact(world: World) -> None:
    proposal = world.proposal()
    deactivated = client_records.add_contact(
        client=proposal.client, name="Gone", email="gone@baan.example", now=NOW
    )
    client_records.change_contact(contact=deactivated, is_active=False, now=NOW)
    with pytest.raises(NotOpen, match="cannot open"):
        client_actions.forward_proposal(
            proposal=proposal,
            contact=proposal.contact,
            name="Gone",
            email="GONE@baan.example",
            now=NOW,
            origin=HERE,
        )


def test_the_reason_goes_on_with_the_sentence_that_recommends_a_tier(world: World) -> None:
    for reason, said in (
        ("You want more readers.", "because you want more readers."),
        ("Baan wants more readers.", "because Baan wants more readers."),
        ("Baan wants more readers", "because Baan wants more readers.\n"),
    ):
        proposal = world.proposal(
            send=False,
            intro=opening_message.usual_message(has_reason=True),
            recommended_because=reason,
        )
        assert f"I recommend Growth {said}" in opening_message.filled_message(proposal)


def test_whoever_has_given_no_name_signs_the_opening_words_with_the_business(world: World) -> None:
    world.business.owner.name = ""
    world.business.owner.save()
    draft = world.proposal(send=False, intro=opening_message.usual_message())
    assert opening_message.filled_message(draft).endswith(f"\n\n{world.business.name}")
