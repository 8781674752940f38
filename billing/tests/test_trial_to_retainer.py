"""A paid trial becomes a retainer when the client signs the tier agreed for it (rule 35)."""

from datetime import date, timedelta

import pytest

from agreements.changing import trial
from agreements.models import Agreement, Proposal
from agreements.proposals import lifecycle
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import NotOpen
from agreements.rules.intervals import Interval
from agreements.rules.states import ProposalState
from billing.books import ledger
from billing.models import CreditNote, Invoice
from billing.runs.billing_run import run_billing
from clients.rules.pipeline import Stage
from core.models import OutboxEmail
from tests.world import NOW, World

TRIAL = [TierDraft("Trial", 1_200_00, 10 * 60, adds=["Audit"])]
NEXT = {
    "name": "Growth",
    "amount": 5_000_00,
    "minutes": 32 * 60,
    "response_hours": 24,
    "adds": ["Community"],
}
DECISION = date(2026, 11, 30)
THEN = NOW + timedelta(days=26)


def trial_of(world: World, **terms: object) -> Agreement:
    """A running trial that is paid."""
    fields: dict[str, object] = {
        "interval": Interval.ONCE,
        "ends_on": DECISION,
        "trial_measure": "20 calls",
    }
    agreement = world.signed(tier=0, tiers=TRIAL, next_tier=NEXT, **(fields | terms))
    run_billing(now=NOW, door="test")
    return agreement


def decided(agreement: Agreement) -> Proposal:
    offer = trial.record_decision(
        agreement=agreement, succeeded=True, words="25 calls", actor="Nan", now=THEN
    )
    assert offer
    return lifecycle.send_proposal(proposal=offer, actor="Nan", now=THEN)


def test_the_trial_agreement_names_the_next_tier_and_whether_its_fee_is_credited(
    world: World,
) -> None:
    with_credit = trial_of(world, credits_trial=True)
    text = " ".join(clause["en"]["text"] for clause in with_credit.terms["clauses"])
    assert "the tier “Growth” for $5,000 every month" in text
    assert "the fee of this trial is credited" in text


@pytest.mark.parametrize(("credits", "first"), [(True, 3_800_00), (False, 5_000_00)])
def test_a_successful_trial_leads_to_an_offer_and_nothing_converts_without_a_signature(
    world: World, credits: bool, first: int
) -> None:
    agreement = trial_of(world, credits_trial=credits)
    offer = decided(agreement)
    (tier,) = lifecycle.tiers_of(offer)
    assert (tier.name, tier.amount, offer.starts_on, offer.after_trial) == (
        "Growth",
        5_000_00,
        DECISION,
        agreement,
    )
    run_billing(now=NOW + timedelta(days=40), door="test")
    assert Invoice.objects.count() == 1  # the trial's own: nobody has signed

    retainer = world.signed(world.picked(offer, now=THEN), now=THEN, card="")
    for hour in range(3):
        run_billing(now=NOW + timedelta(days=28, hours=hour), door="test")
    invoice = Invoice.objects.get(agreement=retainer)
    assert invoice.total == 5_000_00
    assert invoice.payments.get().amount == first
    assert not any(ledger.client_credits([retainer.client_id]).values())
    retainer.client.refresh_from_db()
    assert retainer.client.state == Stage.WON


def test_the_fee_of_a_trial_that_was_not_paid_is_not_credited(world: World) -> None:
    offer = decided(trial_of(world, credits_trial=True, card=""))
    retainer = world.signed(world.picked(offer, now=THEN), now=THEN, card="")
    run_billing(now=NOW + timedelta(days=28), door="test")
    assert not Invoice.objects.get(agreement=retainer).allocations.exists()
    assert not CreditNote.objects.exists()


def test_a_trial_that_failed_leads_to_no_offer(world: World) -> None:
    agreement = trial_of(world)
    assert (
        trial.record_decision(agreement=agreement, succeeded=False, words="", actor="Nan", now=THEN)
        is None
    )
    with pytest.raises(NotOpen):
        trial.record_decision(agreement=agreement, succeeded=True, words="", actor="Nan", now=THEN)
    assert Proposal.objects.filter(state=ProposalState.DRAFT).count() == 0


def test_both_sides_are_reminded_once_of_the_decision_day(world: World) -> None:
    agreement = trial_of(world)
    for day in range(24, 30):
        trial.remind_due(now=NOW + timedelta(days=day))
    emails = OutboxEmail.objects.filter(kind="trial_decision")
    assert sorted(emails.values_list("to", flat=True)) == sorted(
        [agreement.contact.email, world.business.owner.email]
    )
    assert "20 calls" in emails[0].text


def test_nobody_is_reminded_of_a_trial_that_is_decided(world: World) -> None:
    agreement = trial_of(world)
    trial.record_decision(
        agreement=agreement, succeeded=False, words="", actor="Nan", now=NOW + timedelta(days=20)
    )
    assert trial.remind_due(now=NOW + timedelta(days=27)) == 0
