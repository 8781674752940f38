"""An upgrade within a period credits the paid days that are left and charges the new fee for them.

Rules 7 to 9.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agreements.changing import amend
from agreements.changing.amend import AmendmentKind, Change
from agreements.contract import amendment_text
from agreements.models import Agreement, Amendment, Period, Upgrade
from agreements.rules.errors import NotOpen as NotNow
from agreements.rules.upgrade_proration import Proration
from agreements.running import effective_terms
from agreements.signing import unsigned_documents
from agreements.tests.test_signers import sign_as
from billing.books import client_statement
from billing.books.invariants import find_contradictions
from billing.charging import gateway_events
from billing.charging.refund import refund_invoice
from billing.gateways.sandbox.gateway import contest
from billing.gateways.sandbox.models import SandboxIntent
from billing.income import guaranteed
from billing.invoices import upgrade_invoice
from billing.models import Charge, Invoice, NextLine, Payment
from billing.rules.errors import NotOpen
from billing.runs import preview
from billing.runs.billing_run import run_billing
from core.errors import RuleError
from tests.world import World

FIRST, FIFTEENTH = datetime(2027, 1, 1, 3, 0, tzinfo=UTC), datetime(2027, 1, 15, 5, 0, tzinfo=UTC)
VAT = [{"name": "VAT", "percent": "7"}]
BEFORE: dict[str, Any] = {"currency": "THB", "amount": 30_000_00, "minutes": 31 * 60}
DEARER = Change(
    AmendmentKind.TIER,
    FIFTEENTH.date(),
    tier={"id": "p", "name": "Partner", "amount": 50_000_00, "minutes": 62 * 60},
)


def paid(world: World, now: datetime = FIRST, **fields: Any) -> Agreement:
    """A retainer whose first period, from `now` on, is charged and paid."""
    agreement = world.running(now=now, **(BEFORE | fields))
    run_billing(now=now, door="test")
    return agreement


def offered(agreement: Agreement, change: Change = DEARER, now: datetime = FIFTEENTH) -> Amendment:
    """Offer the upgrade as the dashboard does: preview it, then confirm the amounts shown."""
    seen = upgrade_invoice.amounts_shown(
        upgrade_invoice.draft_upgrade(agreement=agreement, change=change, now=now)
    )
    return upgrade_invoice.offer_upgrade(
        agreement=agreement, change=change, seen=seen, actor="Nan", now=now
    )


def upgraded(agreement: Agreement, change: Change = DEARER, now: datetime = FIFTEENTH) -> Invoice:
    """Offer, sign and bill the upgrade on the same day; return its invoice."""
    amendment = offered(agreement, change, now)
    sign_as(amendment, agreement.contact, now=now)
    run_billing(now=now, door="test")
    return Invoice.objects.get(upgrade__amendment=amendment)


def lines(invoice: Invoice) -> list[int]:
    return list(invoice.lines.values_list("amount", flat=True))


def test_an_upgrade_from_30_000_to_50_000_on_the_fifteenth(world: World) -> None:
    agreement = paid(world)
    invoice = upgraded(agreement)
    assert lines(invoice) == [-16_451_61, 27_419_35]
    assert (invoice.total, invoice.state, invoice.kind, invoice.period_start) == (
        10_967_74,
        "paid",
        "upgrade",
        FIFTEENTH.date(),
    )
    credit, charge = invoice.lines.values_list("description", flat=True)
    assert (
        credit == "Credit for the unused days of “Growth”: 17 of 31 days × ฿30,000.00 = ฿16,451.61"
    )
    assert charge == "The same days of “Partner”: 17 of 31 days × ฿50,000.00 = ฿27,419.35"
    assert client_statement.client_balances(agreement.client)["THB"] == 0
    assert not find_contradictions(FIFTEENTH)


def test_the_amendment_shows_how_the_amounts_are_computed(world: World) -> None:
    row = offered(paid(world, taxes=VAT))
    assert amendment_text.upgrade_calculation(row) == "17 of 31 days × ฿20,000.00 = ฿10,967.74"
    text = amendment_text.clauses(row)[-2]["text"]
    assert "฿16,451.61" in text and "฿27,419.35" in text and "with tax ฿11,735.48" in text
    with translation.override("th"):
        assert "฿10,967.74" in amendment_text.upgrade_calculation(row)


@pytest.mark.parametrize(("fee", "credit"), [(100_000, 54_839), (30_000_00, 16_451_61)])
def test_the_worked_examples_of_the_rules_hold_for_every_exponent(fee: int, credit: int) -> None:
    assert Proration(17, fee, 31, 2 * fee, 31, 0).credit == credit


def test_repeated_runs_bill_the_upgrade_once_and_the_next_period_at_the_new_fee(
    world: World,
) -> None:
    agreement = paid(world)
    upgraded(agreement)
    for hours_later in (0, 1, 30):
        run_billing(now=FIFTEENTH + timedelta(hours=hours_later), door="test")
    run_billing(now=datetime(2027, 2, 1, 5, tzinfo=UTC), door="test")
    fees = list(Invoice.objects.order_by("seq").values_list("kind", "total"))
    assert fees == [("fee", 30_000_00), ("upgrade", 10_967_74), ("fee", 50_000_00)]
    assert Charge.objects.filter(state="succeeded").count() == Payment.objects.count() == 3
    assert Period.objects.get(index=0).amount == 30_000_00, "the period stays as it was"


def test_the_tier_applies_and_income_counts_it_at_once(
    world: World,
) -> None:
    agreement = paid(world)
    assert [row.amount for row in preview.upcoming_invoices(world.business, now=FIFTEENTH)] == [
        30_000_00
    ]
    sign_as(offered(agreement), agreement.contact, now=FIFTEENTH)
    agreement.refresh_from_db()
    assert effective_terms.terms_on(agreement, FIFTEENTH.date()).tier["name"] == "Partner"
    assert [
        guaranteed.monthly_fee(agreement, day)
        for day in (date(2027, 1, 14), date(2027, 1, 15), date(2027, 2, 1))
    ] == [30_000_00, 50_000_00, 50_000_00]
    coming = [
        (row.on, row.amount) for row in preview.upcoming_invoices(world.business, now=FIFTEENTH)
    ]
    assert coming == [(FIFTEENTH.date(), 10_967_74), (date(2027, 2, 1), 50_000_00)]


def test_a_fee_that_was_not_received_is_not_credited(world: World) -> None:
    agreement = world.running(now=FIRST, card="", **BEFORE)
    run_billing(now=FIRST, door="test")
    with pytest.raises(NotOpen, match="not paid"):
        offered(agreement)


def test_credit_notes_reduce_the_credit_of_an_upgrade(world: World) -> None:
    agreement = paid(world, taxes=VAT)
    refund_invoice(
        invoice=Invoice.objects.get(),
        amount=10_700_00,
        reason="R",
        actor="Nan",
        to_card=False,
        now=FIRST,
    )  # 10,000.00 before tax
    assert lines(upgraded(agreement)) == [-10_967_74, 27_419_35], "17 of 31 days × 20,000.00"


@pytest.mark.parametrize("how", ["refund", "contest"])
def test_an_offered_upgrade_is_voided_when_the_money_it_credits_is_refunded_or_disputed(
    world: World, how: str
) -> None:
    agreement = paid(world)
    row = offered(agreement)
    if how == "refund":
        refund_invoice(
            invoice=Invoice.objects.get(),
            amount=1,
            reason="R",
            actor="Nan",
            to_card=False,
            now=FIFTEENTH,
        )
    else:
        intent = SandboxIntent.objects.get()
        contest(intent.handle)
        gateway_events.read_gateway_object("sandbox", intent.handle, account=None, now=FIFTEENTH)
    row.refresh_from_db()
    assert row.state == "void"
    assert not Upgrade.objects.exists()


def test_an_offer_is_refused_if_the_amounts_are_not_those_that_were_shown(world: World) -> None:
    agreement = paid(world)
    seen = upgrade_invoice.amounts_shown(
        upgrade_invoice.draft_upgrade(agreement=agreement, change=DEARER, now=FIFTEENTH)
    )
    with pytest.raises(NotOpen, match="has changed since you saw it"):
        upgrade_invoice.offer_upgrade(
            agreement=agreement,
            change=DEARER,
            seen=seen,
            actor="Nan",
            now=FIFTEENTH + timedelta(days=1),
        )
    assert not Amendment.objects.exists()


def test_an_upgrade_is_signed_on_its_day_or_offered_again_with_new_amounts(world: World) -> None:
    agreement = paid(world)
    row, next_day = offered(agreement), FIFTEENTH + timedelta(days=1)
    with pytest.raises(NotNow, match="on 15 January 2027 only"):
        sign_as(row, agreement.contact, now=next_day)
    assert lines(upgraded(agreement, now=next_day)) == [-15_483_87, 25_806_45], "16 of 31 days"
    row.refresh_from_db()
    assert row.state == "expired"
    assert unsigned_documents.expire_due(now=next_day) == 0


@pytest.mark.parametrize(
    "change",
    [
        Change(AmendmentKind.TIER, FIFTEENTH.date(), amount=20_000_00),
        Change(
            AmendmentKind.TIER,
            FIFTEENTH.date(),
            tier={"name": "Less", "amount": 50_000_00, "minutes": 60},
        ),
        Change(AmendmentKind.PRICE, FIFTEENTH.date(), amount=50_000_00),
    ],
    ids=["cheaper", "fewer hours", "only the fee"],
)
def test_only_an_upgrade_applies_now(world: World, change: Change) -> None:
    with pytest.raises(RuleError):
        offered(paid(world), change)


def test_no_other_function_lets_a_change_begin_within_a_period(world: World) -> None:
    with pytest.raises(RuleError, match="1 February 2027"):
        amend.offer_amendment(agreement=paid(world), change=DEARER, actor="Nan", now=FIFTEENTH)


def test_the_database_refuses_to_change_a_signed_upgrade(world: World) -> None:
    upgraded(paid(world))
    for change in ({"amount": 1}, {"minutes": 1}, {"period": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Upgrade.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.update(upgrade=None)


def test_a_second_upgrade_credits_what_the_first_one_charged(world: World) -> None:
    agreement = paid(world)
    upgraded(agreement)
    with pytest.raises(NotNow, match="already upgraded today"):
        offered(agreement, Change(AmendmentKind.TIER, FIFTEENTH.date(), amount=60_000_00))
    later = FIFTEENTH + timedelta(days=5)
    invoice = upgraded(agreement, Change(AmendmentKind.TIER, later.date(), amount=62_000_00), later)
    assert lines(invoice) == [-19_354_84, 24_000_00], (
        "12 of 17 days × 27,419.35, and 12 of 31 × 62,000.00"
    )
    assert not find_contradictions(later)


def test_an_upgrade_too_small_to_charge_waits_for_the_next_invoice(world: World) -> None:
    agreement = paid(world)
    sign_as(
        offered(agreement, Change(AmendmentKind.TIER, FIFTEENTH.date(), amount=30_010_00)),
        agreement.contact,
        FIFTEENTH,
    )
    run_billing(now=FIFTEENTH, door="test")
    assert (
        NextLine.objects.get().description == "Upgrade to “Growth”: ฿16,457.10 − ฿16,451.61 = ฿5.49"
    )
    run_billing(now=datetime(2027, 2, 1, 5, tzinfo=UTC), door="test")
    assert lines(Invoice.objects.order_by("-seq")[0]) == [30_010_00, 5_49]
    assert not find_contradictions(FIFTEENTH + timedelta(days=30))


def test_a_short_first_period_is_credited_as_it_was_charged(world: World) -> None:
    agreement = paid(world, now=FIFTEENTH, starts_on=FIFTEENTH.date(), anchor_day=1)
    invoice = upgraded(agreement, now=FIFTEENTH + timedelta(days=7))
    assert lines(invoice) == [-9_677_42, 16_129_03], (
        "10 of 17 days × 16,451.61, and 10 of 31 × 50,000.00"
    )


@given(
    paid=st.integers(1, 10**9),
    more=st.integers(1, 10**9),
    days=st.integers(1, 366),
    whole=st.integers(1, 366),
    minutes=st.integers(0, 60_000),
)
def test_credit_and_used_days_add_up_to_the_fee_and_the_price_never_exceeds_the_difference(
    paid: int, more: int, days: int, whole: int, minutes: int
) -> None:
    days = min(days, whole)
    sums = Proration(days, paid, whole, paid + more, whole, minutes)
    used = Proration(whole - days, paid, whole, 0, whole, 0).credit
    assert abs(sums.credit + used - paid) <= 1
    assert 0 <= sums.amount <= more
    assert 0 <= sums.minutes <= minutes
    assert sums.difference in (None, more)
