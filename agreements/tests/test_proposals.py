"""A proposal from its opening words to the pick: what is missing blocks it, what was sent is frozen, both sides see it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agreements.models import Proposal
from agreements.proposals import (
    accept,
    after_sending,
    client_actions,
    opening_message,
    propose,
    snapshot,
)
from agreements.rules.errors import BadWording, NotOpen
from agreements.rules.states import ProposalState
from clients import client_records, testimonials
from clients.rules.pipeline import Stage
from core import audit
from core.models import OutboxEmail
from tests.world import HERE, LADDER, NOW, World

LATER = NOW + timedelta(days=12)
OPEN_UNTIL = date(2026, 11, 16)


def letters(kind: str) -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(kind=kind).order_by("created_at"))


def test_a_missing_field_blocks_sending_and_is_named(world: World) -> None:
    draft = world.proposal(
        send=False, intro="Dear {{contact}}, I recommend {{tier}}: {{because}}. {{nickname}}"
    )
    with pytest.raises(BadWording, match=r"\{\{because\}\} is empty: why you recommend it"):
        propose.send(proposal=draft, actor="Nan", now=NOW)
    assert "{{nickname}}" in " ".join(propose.faults(draft))
    propose.change(
        proposal=draft,
        tiers=LADDER,
        now=NOW,
        intro="Dear {{contact}}, take {{tier}}: {{because}}.",
        recommended_because="you want answers",
    )
    sent = propose.send(proposal=draft, actor="Nan", now=NOW)
    assert sent.intro == "Dear Ploy, take Growth: you want answers."
    assert "take Growth: you want answers" in letters("proposal")[0].text


def test_the_usual_words_lack_nothing_but_the_reason(world: World) -> None:
    draft = world.proposal(send=False, intro=opening_message.usual())
    assert [said for said in propose.faults(draft) if "because" not in said] == []
    assert propose.faults(draft)


def test_what_a_person_typed_is_never_run_or_looked_into(world: World) -> None:
    client = world.client("{{me}} {% now %}")
    sent = world.proposal(client, intro="For {{client}} {% now %}")
    assert sent.intro == "For {{me}} {% now %} {% now %}"


def test_sending_freezes_a_snapshot_with_its_hash(world: World) -> None:
    said = testimonials.keep(business=world.business, author="Mali", quote="It grew.", now=NOW)
    sent = world.proposal(testimonials=[said])
    assert snapshot.digest(sent.snapshot) == sent.snapshot_hash
    assert [tier["amount"] for tier in sent.snapshot["tiers"]] == [3_000_00, 5_000_00, 10_000_00]
    assert audit.chain(sent.pk)[0].data == {"snapshot": sent.snapshot_hash}
    testimonials.keep(business=world.business, author="Mali", quote="It shrank.", now=NOW, row=said)
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


def test_a_draft_can_be_changed_as_often_as_one_likes(world: World) -> None:
    draft = world.proposal(send=False)
    propose.change(proposal=draft, tiers=LADDER[:2], now=NOW, title="Other")
    assert propose.rungs(draft)[1].name == "Growth"


def test_reminders_come_three_days_before_and_on_the_last_day_and_stop_when_answered(
    world: World,
) -> None:
    offer = world.proposal(expires_on=OPEN_UNTIL)
    days = [NOW + timedelta(days=n) for n in range(16)]
    for day in days[:11]:
        assert after_sending.remind_due(now=day) == 0
    assert [after_sending.remind_due(now=day) for day in days[11:15]] == [1, 0, 0, 1]
    assert len(letters("proposal_reminder")) == 2
    assert [event.event for event in audit.chain(offer.pk)].count("reminded") == 2

    other = world.proposal(world.client("Other"), expires_on=OPEN_UNTIL)
    accept.accept(
        proposal=other, tier=propose.rungs(other)[0], contact=other.contact, now=NOW, origin=HERE
    )
    assert after_sending.remind_due(now=days[12]) == 0


def test_an_offer_is_extended_and_one_that_ran_out_is_opened_again(world: World) -> None:
    offer = world.proposal(expires_on=OPEN_UNTIL, ends_on=None)
    with pytest.raises(NotOpen, match="later day"):
        after_sending.extend(proposal=offer, until=OPEN_UNTIL, actor="Nan", now=NOW)
    propose.expire_due(now=NOW + timedelta(days=20))
    offer.refresh_from_db()
    assert offer.state == ProposalState.EXPIRED
    after_sending.extend(
        proposal=offer, until=date(2026, 12, 1), actor="Nan", now=NOW + timedelta(days=20)
    )
    assert (offer.state, offer.decided_at, offer.expires_on) == (
        ProposalState.SENT,
        None,
        date(2026, 12, 1),
    )
    assert "1 December 2026" in letters("proposal_extended")[0].text


def test_a_revision_takes_the_place_of_the_old_version_when_it_is_sent(world: World) -> None:
    old = world.proposal()
    fresh = after_sending.revise(proposal=old, now=LATER)
    assert after_sending.revise(proposal=old, now=LATER) == fresh  # pressed twice
    assert (after_sending.newest(old), fresh.version, len(propose.rungs(fresh))) == (old, 2, 3)
    propose.send(proposal=fresh, actor="Nan", now=LATER)
    old.refresh_from_db()
    assert (old.state, after_sending.newest(old)) == (ProposalState.REPLACED, fresh)
    with pytest.raises(NotOpen):
        accept.accept(
            proposal=old, tier=propose.rungs(old)[0], contact=old.contact, now=LATER, origin=HERE
        )


def test_a_version_that_was_picked_meanwhile_is_not_replaced(world: World) -> None:
    old = world.proposal()
    fresh = after_sending.revise(proposal=old, now=NOW)
    world.picked(old)
    with pytest.raises(NotOpen, match="picked"):
        propose.send(proposal=fresh, actor="Nan", now=LATER)


def test_a_question_is_answered_once_and_both_read_it_by_mail(world: World) -> None:
    offer = world.proposal()
    asked = client_actions.ask(
        proposal=offer, contact=offer.contact, text="Do you work on Sundays?", now=NOW, origin=HERE
    )
    assert letters("question")[0].to == world.business.owner.email
    client_actions.answer(question=asked, text="No.", actor="Nan", now=NOW)
    with pytest.raises(NotOpen):
        client_actions.answer(question=asked, text="Yes.", actor="Nan", now=NOW)
    assert asked.answer == "No."
    assert "Do you work on Sundays?" in letters("answer")[0].text


def test_it_is_forwarded_to_a_colleague_five_times_at_most(world: World) -> None:
    offer = world.proposal()
    colleague = client_actions.forward(
        proposal=offer,
        contact=offer.contact,
        name="Somchai",
        email="s@baan.example",
        now=NOW,
        origin=HERE,
    )
    assert (colleague.client, letters("proposal_forward")[0].to) == (offer.client, "s@baan.example")
    picked = accept.accept(
        proposal=offer, tier=propose.rungs(offer)[1], contact=colleague, now=NOW, origin=HERE
    )
    assert picked.contact == colleague

    other = world.proposal(world.client("Other"))
    for n in range(5):
        client_actions.forward(
            proposal=other,
            contact=other.contact,
            name="N",
            email=f"n{n}@x.example",
            now=NOW,
            origin=HERE,
        )
    with pytest.raises(NotOpen, match="five"):
        client_actions.forward(
            proposal=other,
            contact=other.contact,
            name="N",
            email="n9@x.example",
            now=NOW,
            origin=HERE,
        )


def test_a_stranger_can_neither_ask_nor_forward(world: World) -> None:
    offer, stranger = world.proposal(), world.person(world.client("Stranger"))
    with pytest.raises(NotOpen):
        client_actions.ask(proposal=offer, contact=stranger, text="?", now=NOW, origin=HERE)
    with pytest.raises(NotOpen):
        client_actions.forward(
            proposal=offer, contact=stranger, name="N", email="n@x.example", now=NOW, origin=HERE
        )


def test_what_was_looked_at_is_recorded_once_a_day(world: World) -> None:
    offer = world.proposal()
    tier = propose.rungs(offer)[2]
    for now in (NOW, NOW + timedelta(hours=2), NOW + timedelta(days=1)):
        client_actions.opened(proposal=offer, contact=offer.contact, now=now, origin=HERE)
        client_actions.seen(proposal=offer, tier=tier, contact=offer.contact, now=now, origin=HERE)
    events = [event.event for event in audit.chain(offer.pk)]
    assert (events.count("offer_opened"), events.count("tier_seen")) == (2, 2)
    assert audit.is_whole(audit.chain(offer.pk))
    offer.refresh_from_db()
    assert offer.opened_at == NOW


def test_a_letter_to_oneself_holds_no_door(world: World) -> None:
    draft = world.proposal(send=False, intro="Hello")
    assert after_sending.try_out(proposal=draft, now=NOW) == world.business.owner.email
    assert "[[link" not in letters("proposal_trial")[0].text
    draft.refresh_from_db()
    assert draft.state == ProposalState.DRAFT
    assert draft.client.state == Stage.LEAD


@pytest.mark.parametrize("letter", [b"MZ\x90", b"%PDF-1.7 cut", b"<html>"])
def test_a_letter_that_is_no_pdf_is_refused(world: World, letter: bytes) -> None:
    with pytest.raises(testimonials.BadLetter):
        testimonials.keep(business=world.business, author="A", now=NOW, letter=letter)


def test_somebody_whose_portal_is_shut_gets_no_proposal_from_a_colleague(world: World) -> None:
    offer = world.proposal()
    gone = client_records.add_contact(
        client=offer.client, name="Gone", email="gone@baan.example", now=NOW
    )
    client_records.change_contact(contact=gone, is_active=False)
    with pytest.raises(NotOpen, match="cannot open"):
        client_actions.forward(
            proposal=offer,
            contact=offer.contact,
            name="Gone",
            email="GONE@baan.example",
            now=NOW,
            origin=HERE,
        )
