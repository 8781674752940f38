"""What a client added to a tier is billed as it was signed: once, or with every fee."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from agreements.changing import trial
from agreements.models import Agreement
from agreements.proposals import accept, lifecycle
from agreements.rules.intervals import Interval
from agreements.running.periods import open_due
from agreements.tests.test_extras import AUDIT, CALL
from billing.books.invariants import find_contradictions
from billing.charging.issue import issue_invoices
from billing.emails import upcoming_charges
from billing.models import CreditNote, Invoice, NextLine, Payment
from billing.runs.billing_run import run_billing
from billing.tests.test_trial_to_retainer import DECISION, NEXT, THEN, TRIAL
from tests.browsers import logged_in
from tests.world import HERE, NOW, World

DECEMBER = NOW + timedelta(days=30)


def signed(world: World) -> Agreement:
    proposal = world.proposal(extras=[CALL, AUDIT])
    agreement = accept.accept_proposal(
        proposal=proposal,
        tier=lifecycle.tiers_of(proposal)[0],
        contact=proposal.contact,
        now=NOW,
        origin=HERE,
        extras=["x1", "x2"],
    )
    return world.signed(agreement)


def test_the_first_invoice_has_the_one_time_extra_and_the_second_only_the_fee(
    world: World,
) -> None:
    agreement = signed(world)
    run_billing(now=NOW, door="test")
    run_billing(now=DECEMBER, door="test")
    first, second = Invoice.objects.filter(agreement=agreement).order_by("issued_on")
    assert [(line.description, line.amount) for line in first.lines.order_by("position")] == [
        ("Retainer: Essential + Weekly call", 3_500_00),
        ("SEO audit (once)", 1_200_00),
    ]
    assert (first.total, second.total) == (4_700_00, 3_500_00)
    assert sum(Payment.objects.values_list("amount", flat=True)) == 8_200_00
    assert NextLine.objects.get().invoice == first
    assert find_contradictions(DECEMBER) == []


def test_what_is_shown_before_signing_is_what_is_charged(world: World) -> None:
    agreement = signed(world)
    offer = upcoming_charges.offer_to_sign(agreement, NOW.date())
    assert (offer.today, offer.later, offer.next_on) == (4_700_00, 3_500_00, date(2026, 12, 2))
    assert upcoming_charges.first_charge(agreement).to_pay == 4_700_00
    [ahead] = upcoming_charges.next_charges([agreement], NOW.date() - timedelta(days=1))
    assert ahead.to_pay == 4_700_00
    run_billing(now=NOW, door="test")
    assert Invoice.objects.get().total == 4_700_00
    [after] = upcoming_charges.next_charges([agreement], NOW.date())
    assert after.to_pay == 3_500_00


def test_billing_twice_or_after_a_failure_bills_an_extra_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(world)
    with monkeypatch.context() as broken:
        broken.setattr("billing.charging.issue._write", lambda *_: 1 / 0)
        run_billing(now=NOW, door="test")
    assert not NextLine.objects.exists()  # rolled back with the invoice
    for minutes in (20, 40):
        run_billing(now=NOW + timedelta(minutes=minutes), door="test")
    assert Invoice.objects.get().total == 4_700_00


def test_an_extra_has_the_days_of_the_invoice_it_stands_on(world: World) -> None:
    signed(world)
    late = NOW + timedelta(days=40)
    open_due(now=late)
    assert issue_invoices(now=late) == 2
    first = Invoice.objects.order_by("period_start").first()
    assert first and first.total == 4_700_00
    assert {line.starts_on for line in first.lines.all()} == {first.period_start}


def test_the_credit_of_a_trial_is_its_fee_without_extras(world: World) -> None:
    proposal = world.proposal(
        tiers=TRIAL,
        next_tier=NEXT,
        extras=[AUDIT],
        interval=Interval.ONCE,
        ends_on=DECISION,
        trial_measure="20 calls",
        credits_trial=True,
    )
    tried = accept.accept_proposal(
        proposal=proposal,
        tier=lifecycle.tiers_of(proposal)[0],
        contact=proposal.contact,
        now=NOW,
        origin=HERE,
        extras=["x2"],
    )
    world.signed(tried)
    run_billing(now=NOW, door="test")
    offer = trial.record_decision(
        agreement=tried, succeeded=True, words="25 calls", actor="Nan", now=THEN
    )
    lifecycle.send_proposal(proposal=offer, actor="Nan", now=THEN)
    world.signed(world.picked(offer, now=THEN), now=THEN, card="")
    run_billing(now=NOW + timedelta(days=28), door="test")
    assert CreditNote.objects.get().total == 1_200_00


def test_another_tier_keeps_what_was_added_to_every_fee(world: World) -> None:
    agreement = signed(world)
    page = logged_in(world.business.owner).get(
        reverse("dashboard:agreement_change", args=[agreement.pk])
    )
    offered = [choice for _value, choice in page.context["form"].fields["tier"].choices]
    assert any("$5,500" in str(choice) for choice in offered), offered
