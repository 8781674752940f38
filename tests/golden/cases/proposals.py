"""Emails about proposals, from the first one to the waitlist, and the link into the portal."""

from datetime import date, timedelta
from typing import Any

from django.utils import translation

from agreements.models import Proposal
from agreements.proposals import (
    accept,
    after_sending,
    client_actions,
    lifecycle,
    opening_message,
    waitlist,
)
from clients import front_page, portal_links
from clients.calls import booking
from clients.people import portal_people
from core.models.notification import Event, Hears
from core.outbox import owner_notes
from tests.golden.stage import Stage, case
from tests.world import HERE, NOW

OPEN_UNTIL = date(2026, 12, 2)


def offered(stage: Stage, **terms: Any) -> Proposal:
    """With the opening words that the product suggests."""
    with translation.override(stage.language):
        words = {
            "intro": opening_message.usual_message(has_call=True, has_reason=True),
            "recommended_because": stage.words.because,
        }
    return stage.proposal(expires_on=OPEN_UNTIL, **words | terms)


def an_offer(stage: Stage) -> None:
    stage.offer = offered(stage)


@case("proposal")
def a_proposal_is_sent(stage: Stage) -> None:
    offered(stage)


@case("proposal", variant="no_intro")
def a_proposal_is_sent_without_opening_words(stage: Stage) -> None:
    offered(stage, intro="")


@case("proposal_trial")
def a_freelancer_sends_a_draft_to_themselves(stage: Stage) -> None:
    after_sending.send_test_email(proposal=offered(stage, send=False), now=NOW)


@case("proposal_forward", "proposal_forwarded", begins=an_offer)
def a_client_forwards_a_proposal(stage: Stage) -> None:
    to = {"name": stage.words.colleague, "email": "mali@baan.example"}
    client_actions.forward_proposal(
        proposal=stage.offer, contact=stage.offer.contact, now=NOW, origin=HERE, **to
    )


@case("proposal_extended", begins=an_offer)
def a_proposal_is_extended(stage: Stage) -> None:
    after_sending.extend_proposal(
        proposal=stage.offer, until=OPEN_UNTIL + timedelta(days=7), actor="Nan", now=NOW
    )


@case("proposal_reminder", begins=an_offer)
def a_proposal_ends_soon(stage: Stage) -> None:
    after_sending.remind_due(now=NOW + timedelta(days=27))


@case("question", "answer", begins=an_offer)
def a_client_asks_about_a_proposal(stage: Stage) -> None:
    contact = stage.offer.contact
    row = client_actions.ask_question(
        proposal=stage.offer, contact=contact, text=stage.words.question, now=NOW, origin=HERE
    )
    client_actions.answer_question(question=row, text=stage.words.answer, actor="Nan", now=NOW)


@case("waits", "room")
def a_client_joins_the_waitlist(stage: Stage) -> None:
    stage.business.capacity_minutes = 30 * 60
    stage.business.save()
    proposal = offered(stage, shows_openings=True)
    wait = waitlist.join(
        tier=lifecycle.tiers_of(proposal)[2], contact=proposal.contact, now=NOW, origin=HERE
    )
    stage.business.capacity_minutes = 90 * 60
    stage.business.save()
    waitlist.announce_opening(wait=wait, actor="Nan", now=NOW)


@case("call_booked", "call_moved", "call_cancelled")
def a_call_is_booked_moved_and_cancelled(stage: Stage) -> None:
    client = stage.client()
    who = {"contacts": [stage.person(client)], "minutes": 30, "now": NOW}
    tomorrow = NOW + timedelta(days=1)
    call = booking.book(client=client, starts_at=tomorrow, actor="Nan", **who)
    booking.rebook(call=call, starts_at=tomorrow + timedelta(hours=2), **who)
    booking.cancel(call=call, now=NOW)


@case("portal_link")
def a_client_asks_for_a_link(stage: Stage) -> None:
    portal_links.mail_portal_link(contact=stage.person(stage.client()), now=NOW)


@case("portal_invitation", "person_invited", "person_removed")
def a_client_invites_a_colleague_and_removes_them(stage: Stage) -> None:
    ploy = stage.person(stage.client())
    anna = portal_people.invite(
        by=ploy, name="Anna Weber", email="anna@baan.example", now=NOW, origin=HERE
    )
    portal_people.remove(by=ploy, contact=anna, now=NOW, origin=HERE)


@case("portal_code")
def a_client_confirms_that_it_is_them(stage: Stage) -> None:
    contact = stage.person(stage.client())
    portal_links.mail_code(contact=contact, now=NOW, target="")


@case("offer_opened", begins=an_offer)
def a_client_opens_a_proposal(stage: Stage) -> None:
    client_actions.record_opened(
        proposal=stage.offer, contact=stage.offer.contact, now=NOW, origin=HERE
    )


@case("picked", begins=an_offer)
def a_client_picks_a_tier(stage: Stage) -> None:
    stage.picked(stage.offer, tier=1)


@case("picked", variant="instead", begins=an_offer)
def a_client_picks_another_tier(stage: Stage) -> None:
    stage.hears(Hears.NEVER, Event.ANSWERED)
    first = stage.picked(Proposal.objects.get(pk=stage.offer.pk), tier=0)
    stage.hears(Hears.NOW, Event.ANSWERED)
    offer = Proposal.objects.get(pk=stage.offer.pk)
    accept.accept_proposal(
        proposal=offer,
        tier=lifecycle.tiers_of(offer)[2],
        contact=offer.contact,
        now=NOW,
        origin=HERE,
        instead_of=first,
    )


@case("declined", begins=an_offer)
def a_client_declines_a_proposal(stage: Stage) -> None:
    decline(stage, stage.words.reason)


@case("declined", variant="no_reason", begins=an_offer)
def a_client_declines_a_proposal_without_a_reason(stage: Stage) -> None:
    decline(stage, "")


@case("expired", begins=an_offer)
def a_proposal_expires(stage: Stage) -> None:
    lifecycle.expire_due(now=NOW + timedelta(days=40))


@case("owner_notes", begins=an_offer)
def a_day_of_proposals_is_told_at_once(stage: Stage) -> None:
    stage.hears(Hears.DAILY, Event.OPENED, Event.ANSWERED)
    a_client_opens_a_proposal(stage)
    decline(stage, stage.words.reason)
    owner_notes.send_daily(now=NOW + timedelta(days=1))


def decline(stage: Stage, reason: str) -> None:
    offer = Proposal.objects.get(pk=stage.offer.pk)
    accept.decline_proposal(
        proposal=offer, contact=offer.contact, reason=reason, now=NOW, origin=HERE
    )


@case("enquiry")
def a_prospect_writes_on_the_public_page(stage: Stage) -> None:
    page = front_page.save_page(
        business=stage.business,
        slug="nan-studio",
        headline=stage.words.title,
        about="",
        services=[],
        shows_places=False,
        is_on=True,
        now=NOW,
    )
    front_page.receive_enquiry(
        page=page,
        name=stage.words.colleague,
        email="mali@baan.example",
        company="",
        message=stage.words.request,
        is_full=True,
        now=NOW,
        origin=HERE,
    )
