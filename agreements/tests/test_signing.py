"""Picking a tier and signing have one clear outcome, even if a button is pressed twice."""

from datetime import timedelta

import pytest

from agreements.changing.end import earliest_end, give_notice
from agreements.contract import frozen_terms
from agreements.models import Agreement
from agreements.proposals import accept, lifecycle
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import NotCumulative, NotOpen, TooSoon, WrongCode
from agreements.signing import sign
from core import audit, links
from core.documents import seal, store
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from tests.world import HERE, LADDER, NOW, World


def test_picking_twice_is_one_agreement_and_another_tier_is_refused(world: World) -> None:
    proposal = world.proposal()
    first = world.picked(proposal, tier=1)
    assert world.picked(proposal, tier=1).pk == first.pk
    with pytest.raises(NotOpen):
        world.picked(proposal, tier=2)
    assert Agreement.objects.count() == 1


def test_the_tier_contains_everything_below_it(world: World) -> None:
    assert world.picked(tier=2).tier["lines"] == ["Content", "Community", "Video"]


def test_the_frozen_terms_match_their_hash(world: World) -> None:
    agreement = Agreement.objects.get(pk=world.picked().pk)
    assert frozen_terms.terms_hash(agreement.tier, agreement.terms) == agreement.terms_hash


def test_a_sent_proposal_cannot_be_changed_or_sent_again(world: World) -> None:
    proposal = world.proposal()
    with pytest.raises(NotOpen):
        lifecycle.change_draft(proposal=proposal, tiers=LADDER, now=NOW, title="Another")
    with pytest.raises(NotAllowedNow):
        lifecycle.send_proposal(proposal=proposal, actor="Nan", now=NOW)
    assert OutboxEmail.objects.filter(kind="proposal").count() == 1


def test_tiers_with_falling_fees_are_refused(world: World) -> None:
    down = [TierDraft("A", 500_00, is_recommended=True), TierDraft("B", 400_00)]
    with pytest.raises(NotCumulative):
        world.proposal(tiers=down)


def test_a_code_is_void_after_five_wrong_tries(world: World) -> None:
    agreement = world.picked()
    signature = sign.request_code(
        paper=agreement, contact=agreement.contact, name="P", consented=True, now=NOW, origin=HERE
    )
    right = links.code(signature.code_row)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for code in [wrong] * 5 + [right]:
        with pytest.raises(WrongCode):
            sign.sign_with_code(
                paper=agreement, contact=agreement.contact, code=code, now=NOW, origin=HERE
            )
    agreement.refresh_from_db()
    assert agreement.state == "sent"


def test_signs_that_are_no_decimal_digits_are_a_wrong_code(world: World) -> None:
    agreement = world.picked()
    sign.request_code(
        paper=agreement, contact=agreement.contact, name="P", consented=True, now=NOW, origin=HERE
    )
    with pytest.raises(WrongCode):
        sign.sign_with_code(
            paper=agreement, contact=agreement.contact, code="²²²²²²", now=NOW, origin=HERE
        )


def test_a_code_expires_after_fifteen_minutes(world: World) -> None:
    agreement = world.picked()
    signature = sign.request_code(
        paper=agreement, contact=agreement.contact, name="P", consented=True, now=NOW, origin=HERE
    )
    late = NOW + timedelta(minutes=16)
    with pytest.raises(WrongCode):
        sign.sign_with_code(
            paper=agreement,
            contact=agreement.contact,
            code=links.code(signature.code_row),
            now=late,
            origin=HERE,
        )


def test_a_second_tab_finds_the_agreement_signed(world: World) -> None:
    agreement = world.signed()
    again = sign.sign_with_code(
        paper=agreement, contact=agreement.contact, code="000000", now=NOW, origin=HERE
    )
    assert again.state == "active"
    assert [row.event for row in audit.chain(agreement.pk)].count("signed") == 1


def test_a_contact_of_another_client_cannot_sign(world: World) -> None:
    agreement = world.picked()
    other = world.person(world.client("Another"))
    with pytest.raises(NotOpen):
        sign.request_code(
            paper=agreement, contact=other, name="X", consented=True, now=NOW, origin=HERE
        )


def test_the_sealed_pdf_is_intact_and_emailed_to_both_sides_once(world: World) -> None:
    from agreements.signing.seal import seal_signed

    agreement = world.sealed()
    assert agreement.signed_document
    assert seal.verify(store.read(agreement.signed_document)).intact
    assert seal_signed(now=NOW) == 0
    sent = OutboxEmail.objects.filter(kind="signed")
    assert sent.count() == 2
    assert f"with {world.business.name} is signed" in sent.get(ref__endswith=":client").text
    assert f"with {agreement.client.name} is signed" in sent.get(ref__endswith=":owner").text
    assert audit.is_whole(audit.chain(agreement.pk))


def test_an_expired_proposal_cannot_be_picked(world: World) -> None:
    proposal = world.proposal(expires_on=NOW.date())
    with pytest.raises(NotOpen):
        world.picked(proposal, now=NOW + timedelta(days=2))


def test_a_declined_proposal_stays_declined(world: World) -> None:
    proposal = world.proposal()
    accept.decline_proposal(
        proposal=proposal, contact=proposal.contact, reason="Too early", now=NOW, origin=HERE
    )
    with pytest.raises(NotOpen):
        world.picked(proposal)


def test_notice_period_and_minimum_term_are_enforced(world: World) -> None:
    agreement = world.signed()
    first = earliest_end(agreement, NOW.date())
    assert first.isoformat() == "2027-02-02"
    with pytest.raises(TooSoon):
        give_notice(agreement=agreement, ends_on=first - timedelta(days=1), actor="Nan", now=NOW)
    assert give_notice(agreement=agreement, ends_on=first, actor="Nan", now=NOW).ends_on == first
