"""Amendments: a change of terms is signed, and a period is billed by the terms of its first day."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.changing import amend, end, renew
from agreements.changing.amend import Change
from agreements.contract import frozen_terms
from agreements.models import Agreement, Amendment, Period
from agreements.models.amendment import AmendmentKind
from agreements.proposals.lifecycle import tiers_of
from agreements.rules.errors import NotOpen, TooSoon
from agreements.running import effective_terms
from agreements.running.periods import next_spans, open_due
from agreements.signing import seal
from agreements.tests.test_signers import sign_as
from core import audit
from core.models import OutboxEmail
from tests.world import HERE, NOW, World

DECEMBER, JANUARY, MAY = date(2026, 12, 2), date(2027, 1, 2), date(2027, 5, 2)


def upgrade(agreement: Agreement, day: date = DECEMBER, now: Any = NOW) -> Amendment:
    """Offer the client an amendment to the highest tier."""
    partner = frozen_terms.freeze_tier(agreement.proposal, tiers_of(agreement.proposal)[2])
    return amend.offer_amendment(
        agreement=agreement,
        change=Change(AmendmentKind.TIER, day, tier=partner),
        actor="Nan",
        now=now,
    )


def test_a_signed_upgrade_applies_from_its_first_day_and_not_before(world: World) -> None:
    agreement = world.signed(card="")
    row = upgrade(agreement)
    sign_as(row, agreement.contact)
    open_due(now=NOW + timedelta(days=40))
    fees = Period.objects.order_by("starts_on").values_list("starts_on", "amount", "minutes")
    assert list(fees) == [(date(2026, 11, 2), 3_000_00, 20 * 60), (DECEMBER, 10_000_00, 60 * 60)]
    assert [period.tier["name"] for period in Period.objects.order_by("starts_on")] == [
        "Essential",
        "Partner",
    ]


def test_the_agreement_itself_stays_as_it_was_signed(world: World) -> None:
    agreement = world.signed(card="")
    sign_as(upgrade(agreement), agreement.contact)
    agreement.refresh_from_db()
    assert frozen_terms.terms_hash(agreement.tier, agreement.terms) == agreement.terms_hash
    days = (DECEMBER - timedelta(days=1), DECEMBER)
    assert [effective_terms.terms_on(agreement, day).amount for day in days] == [
        3_000_00,
        10_000_00,
    ]
    following = next_spans([agreement], NOW.date())[agreement.pk].start
    assert effective_terms.billed_terms_on(agreement, following).amount == 10_000_00


def test_an_unsigned_amendment_changes_nothing(world: World) -> None:
    agreement = world.signed(card="")
    row = upgrade(agreement)
    open_due(now=NOW + timedelta(days=40))
    assert set(Period.objects.values_list("amount", flat=True)) == {3_000_00}
    with pytest.raises(NotOpen):  # its first day has come without a signature
        sign_as(row, agreement.contact, now=NOW + timedelta(days=40))


def test_only_one_amendment_can_wait_for_a_signature(world: World) -> None:
    agreement = world.signed(card="")
    upgrade(agreement)
    with pytest.raises(NotOpen):
        upgrade(agreement, JANUARY)


def test_a_change_takes_effect_with_a_period(world: World) -> None:
    agreement = world.signed(card="")
    with pytest.raises(TooSoon) as error:
        upgrade(agreement, DECEMBER + timedelta(days=1))
    assert "2 December 2026" in str(error.value)


def test_a_new_fee_needs_the_notice_period_of_the_agreement(world: World) -> None:
    agreement = world.signed(card="", notice_days=31)
    with pytest.raises(TooSoon):
        amend.offer_amendment(
            agreement=agreement,
            change=Change(AmendmentKind.PRICE, DECEMBER, amount=1),
            actor="Nan",
            now=NOW,
        )
    assert amend.earliest_effective_day(agreement, AmendmentKind.PRICE, NOW.date()) == JANUARY


def test_new_fees_for_many_clients_report_those_that_could_not_be_amended(world: World) -> None:
    agreements = [
        world.signed(world.picked(world.proposal(world.client(f"C{n}"))), card="") for n in range(3)
    ]
    upgrade(agreements[2])
    made, refused = amend.announce_fee_change(
        agreements=agreements, percent=10, reason="Costs", actor="Nan", now=NOW
    )
    assert [row.amount for row in made] == [3_300_00, 3_300_00]
    assert [agreement.pk for agreement, _why in refused] == [agreements[2].pk]
    assert OutboxEmail.objects.filter(kind="sign_invitation").count() == 3


def test_an_amendment_is_sealed_and_emailed_like_the_agreement(world: World) -> None:
    agreement = world.sealed()
    row = upgrade(agreement)
    sign_as(row, agreement.contact)
    assert seal.seal_signed(now=NOW) == 1
    row.refresh_from_db()
    assert row.signed_document and agreement.signed_document
    assert row.terms["original"]["sha256"] == agreement.signed_document.sha256
    assert [event.event for event in audit.chain(row.pk)][-1] == "sealed"
    assert audit.is_whole(audit.chain(row.pk))


def test_a_term_renews_automatically_after_an_email_in_time(world: World) -> None:
    agreement = world.signed(card="", ends_on=MAY, renews="alone")
    assert renew.deadline(agreement) == date(2027, 4, 2)
    for day in (date(2027, 3, 3), date(2027, 4, 2)):
        renew.renew_due(now=NOW + (day - NOW.date()))
    assert OutboxEmail.objects.filter(kind="renewal_ahead").count() == 2  # one to each side, once
    renew.renew_due(now=NOW + (date(2027, 4, 3) - NOW.date()))
    agreement.refresh_from_db()
    assert agreement.ends_on == date(2027, 11, 2)
    assert OutboxEmail.objects.filter(kind="renewed").count() == 2


def test_notice_in_time_prevents_the_renewal(world: World) -> None:
    agreement = world.signed(card="", ends_on=MAY, renews="alone")
    end.give_notice(agreement=agreement, ends_on=MAY, actor="Nan", now=NOW, origin=HERE)
    renew.renew_due(now=NOW + timedelta(days=170))
    agreement.refresh_from_db()
    assert (agreement.ends_on, agreement.renews) == (MAY, "no")


def test_notice_after_the_deadline_ends_the_next_term(world: World) -> None:
    agreement = world.signed(card="", ends_on=MAY, renews="alone")
    assert end.earliest_end(agreement, date(2027, 4, 3)) == date(2027, 11, 2)


def test_a_renewal_by_signature_is_offered_once_and_moves_the_end_when_signed(world: World) -> None:
    agreement = world.signed(card="", ends_on=MAY, renews="signed")
    at = NOW + (date(2027, 3, 10) - NOW.date())
    assert [renew.renew_due(now=at) for _ in range(2)] == [1, 0]
    sign_as(Amendment.objects.get(), agreement.contact, now=at)
    agreement.refresh_from_db()
    assert agreement.ends_on == date(2027, 11, 2)
    open_due(now=NOW + (date(2027, 6, 3) - NOW.date()))
    assert Period.objects.filter(starts_on__gte=MAY).count() == 2
