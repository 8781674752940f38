"""The owner hears what clients do with proposals and agreements: at once, once a day, or not."""

import re
from datetime import timedelta

import pytest

from agreements.models import Agreement, Proposal
from agreements.proposals import accept, client_actions, lifecycle, waitlist
from agreements.signing import unsigned_documents
from agreements.tests.test_signers import sign_as
from clients import client_records
from core.models import OutboxEmail, OwnerNote
from core.models.notification import Event, Hears
from core.outbox import owner_notes
from tests.world import HERE, NOW, World


def to_owner(world: World) -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(to=world.business.owner.email).order_by("created_at"))


def only(world: World, kind: str) -> OutboxEmail:
    (email,) = [row for row in to_owner(world) if row.kind == kind]
    return email


def set_hears(world: World, views: Hears, answers: Hears) -> None:
    world.hears(views, Event.OPENED)
    world.hears(answers, Event.ANSWERED)


def open_page(proposal: Proposal, hours: int = 0) -> None:
    client_actions.record_opened(
        proposal=proposal,
        contact=proposal.contact,
        now=NOW + timedelta(hours=hours),
        origin=HERE,
    )


def decline(proposal: Proposal, reason: str = "") -> None:
    accept.decline_proposal(
        proposal=proposal, contact=proposal.contact, reason=reason, now=NOW, origin=HERE
    )


def test_the_first_opening_is_told_and_later_ones_are_not(world: World) -> None:
    proposal = world.proposal()
    for hours in (0, 1, 30):
        open_page(proposal, hours)
    assert only(world, "offer_opened").subject == "Ploy opened “Retainer”"


def test_a_decline_is_told_with_its_reason_and_what_to_do(world: World) -> None:
    proposal = world.proposal()
    decline(proposal, "Too expensive for us now.")
    email = only(world, "declined")
    assert "Too expensive for us now." in email.text and "revise" in email.text
    assert f"/proposals/{proposal.pk}/" in email.html


def test_a_pick_and_another_pick_are_told_with_tier_and_fee(world: World) -> None:
    first = world.picked(tier=0)
    proposal = Proposal.objects.get(pk=first.proposal_id)
    accept.accept_proposal(
        proposal=proposal,
        tier=lifecycle.tiers_of(proposal)[2],
        contact=proposal.contact,
        now=NOW,
        origin=HERE,
        instead_of=first,
    )
    texts = [row.text for row in to_owner(world) if row.kind == "picked"]
    assert "chose Essential: $3,000 / month" in texts[0]
    assert "chose Partner instead of Essential: $10,000 / month" in texts[1]


def test_what_nobody_answered_is_told_when_it_expires(world: World) -> None:
    quiet = world.proposal(expires_on=NOW.date())
    unsigned = world.picked(world.proposal(world.client("Unsigned")))
    later = NOW + timedelta(days=20)
    assert lifecycle.expire_due(now=later) == 1
    assert unsigned_documents.expire_due(now=later) == 1
    refs = {row.ref.split(":")[0] for row in to_owner(world) if row.kind == "expired"}
    assert refs == {str(quiet.pk), str(unsigned.proposal_id)}


def two_signers(world: World) -> Agreement:
    client = world.client()
    otto = client_records.add_contact(
        client=client, name="Otto Kern", email="otto@baan.example", now=NOW
    )
    proposal = world.proposal(client, cosigners=[otto], countersigns=True)
    return world.picked(proposal)


def test_each_signature_tells_the_owner_who_is_next_and_the_last_one_asks_them(
    world: World,
) -> None:
    agreement = two_signers(world)
    first, second = (row.contact for row in agreement.signatures.filter(contact__isnull=False))
    assert first and second
    sign_as(agreement, first)
    assert "Otto Kern signs next" in only(world, "signed_one").text
    sign_as(agreement, second)
    asked = only(world, "sign_invitation")
    assert f"/agreements/{agreement.pk}/" in asked.text and "Open and sign" in asked.text


def test_every_email_that_asks_the_owner_for_something_leads_there(world: World) -> None:
    proposal = world.proposal(shows_openings=True)
    client_actions.ask_question(
        proposal=proposal, contact=proposal.contact, text="When?", now=NOW, origin=HERE
    )
    waitlist.join(
        tier=lifecycle.tiers_of(proposal)[0], contact=proposal.contact, now=NOW, origin=HERE
    )
    agreement = world.picked(proposal)
    unsigned_documents.decline(
        paper=agreement, contact=agreement.contact, reason="No", now=NOW, origin=HERE
    )
    for kind in ("question", "waits", "sign_declined", "picked"):
        email = only(world, kind)
        page = rf"https?://\S+/(proposals|agreements)/({proposal.pk}|{agreement.pk})/"
        assert re.search(page, email.text) and re.search(page, email.html), kind


def test_once_a_day_all_that_happened_is_in_one_email(world: World) -> None:
    set_hears(world, Hears.DAILY, Hears.DAILY)
    open_page(world.proposal())
    decline(world.proposal(world.client("Second")), "No budget")
    assert not to_owner(world) and OwnerNote.objects.count() == 2
    assert owner_notes.send_daily(now=NOW + timedelta(hours=4)) == 0  # the same day
    morning = NOW + timedelta(hours=21)  # 9:00 on the next day in Bangkok
    assert [owner_notes.send_daily(now=morning) for _ in range(2)] == [1, 0]
    email = only(world, "owner_notes")
    assert "opened “Retainer”" in email.text and "No budget" in email.text


@pytest.mark.parametrize("hears", [Hears.NOW, Hears.NEVER])
def test_the_owner_hears_as_they_chose(world: World, hears: Hears) -> None:
    set_hears(world, hears, hears)
    proposal = world.proposal()
    open_page(proposal)
    decline(proposal)
    kinds = {row.kind for row in to_owner(world)}
    assert kinds == ({"offer_opened", "declined"} if hears == Hears.NOW else set())
    assert not OwnerNote.objects.filter(told_at=None).exists()


def test_a_note_that_comes_late_is_in_the_next_email(world: World) -> None:
    morning = NOW + timedelta(hours=21)
    for n in (2, 1):
        OwnerNote.objects.create(
            business=world.business, sentence=f"Note {n}", created_at=NOW - timedelta(hours=n)
        )
        assert owner_notes.send_daily(now=morning + timedelta(minutes=3 - n)) == 1
    assert ["Note 2" in row.text for row in to_owner(world)] == [True, False]
    assert not OwnerNote.objects.filter(told_at=None).exists()


def test_one_event_is_told_once_whatever_was_chosen_in_between(world: World) -> None:
    def tell(ref: str, *chosen: Hears) -> tuple[int, int]:
        for hears in chosen:
            world.hears(hears, Event.ANSWERED)
            owner_notes.tell(
                business=world.business,
                event=Event.ANSWERED,
                kind="expired",
                ref=ref,
                subject="Expired",
                paragraphs=["It expired."],
                button="Open",
                url="https://hub.example/",
                now=NOW,
            )
        notes, told = OwnerNote.objects.filter(ref=ref), OutboxEmail.objects.filter(ref=ref)
        return notes.count(), told.count()

    assert tell("1", Hears.DAILY, Hears.DAILY, Hears.NOW) == (1, 0)
    assert tell("2", Hears.NOW, Hears.DAILY, Hears.NOW) == (0, 1)
    # What somebody did not want to hear of is not told later either.
    assert tell("3", Hears.NEVER, Hears.NEVER, Hears.NOW) == (1, 0)
    assert not OwnerNote.objects.filter(ref="3", told_at=None).exists()
