"""What the job will ask is run ahead by its own code: the forecast and the preview are one."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.changing import pause, trial
from agreements.models import Agreement, Period
from agreements.proposals import accept, lifecycle
from agreements.running.periods import open_due
from agreements.tests.test_extras import AUDIT, CALL
from billing.charging import refund
from billing.income.coming_invoices import ComingInvoice, coming_invoices
from billing.models import Invoice, JournalEntry, NextLine
from billing.runs import preview
from billing.runs.billing_run import run_billing
from billing.tests.test_trial_to_retainer import THEN, decided, trial_of
from core.models import OutboxEmail
from tests.world import HERE, NOW, World

LATER = NOW + timedelta(days=9)
VAT = [{"name": "VAT", "percent": "7"}]


def ahead(world: World, days: int, **only: Any) -> list[ComingInvoice]:
    return coming_invoices(world.business, until=LATER + timedelta(days=days), **only)


def said(world: World, days: int) -> Counter[Any]:
    rows = preview.upcoming_invoices(world.business, now=LATER, days=days)
    return Counter((row.on, row.client, row.title, row.currency, row.amount) for row in rows)


def found(world: World, days: int) -> Counter[Any]:
    return Counter(
        (row.on, row.source.client.name, row.source.title, row.source.currency, row.to_pay)
        for row in ahead(world, days)
        if row.will_be_asked and not row.term
    )


def busy(world: World) -> None:
    """One agreement of every kind that changes what is asked, as far as days and amounts go."""

    def client(name: str) -> Any:
        return world.client(name)

    world.running(client("Monthly"), amount=3_333_33, taxes=VAT)
    world.running(client("Weekly"), interval="weekly", amount=77_77, currency="EUR")
    world.running(client("Quarterly"), interval="quarterly", collect_by="transfer", taxes=VAT)
    world.running(client("Anchored"), anchor_day=31, amount=1_000_01, currency="KWD")
    world.running(client("Small"), amount=20, interval="weekly", anchor_day=2)
    world.running(client("Ends"), ends_on=date(2026, 12, 20))
    world.running(client("Withholds"), collect_by="transfer", taxes=VAT, withholding_percent="3")
    world.running(client("Held"), parked_because="Wait")
    world.running(client("Poor"), card="insufficient_funds")
    world.running(client("Later"), starts_on=date(2026, 12, 24), opens_at=THEN)
    resting = world.running(client("Rests"))
    credited = world.running(client("Credited"), amount=900_00)
    run_billing(now=NOW, door="test")
    pause.pause_agreement(
        agreement=resting, resumes_on=date(2027, 1, 15), reason="R", actor="Nan", now=NOW
    )
    refund.refund_invoice(
        invoice=Invoice.objects.get(agreement=credited),
        amount=900_00,
        reason="R",
        actor="Nan",
        to_card=False,
        now=NOW,
    )
    proposal = world.proposal(client("Extras"), extras=[CALL, AUDIT], starts_on=date(2026, 11, 20))
    picked = accept.accept_proposal(
        proposal=proposal,
        tier=lifecycle.tiers_of(proposal)[0],
        contact=proposal.contact,
        now=NOW,
        origin=HERE,
        extras=["x1", "x2"],
    )
    world.signed(picked)


@pytest.mark.django_db
@pytest.mark.parametrize("days", [30, 365])
def test_what_is_asked_is_what_the_preview_says_to_the_cent(world: World, days: int) -> None:
    busy(world)
    expected = said(world, days)
    assert found(world, days) == expected and len(expected) >= 10


@pytest.mark.django_db
def test_the_credit_of_a_trial_counts_before_it_is_given(world: World) -> None:
    offer = decided(trial_of(world, credits_trial=True))
    world.signed(world.picked(offer, now=THEN), now=THEN, card="")
    expected = Counter(
        (row.on, row.amount) for row in preview.upcoming_invoices(world.business, now=THEN, days=90)
    )
    rows = coming_invoices(world.business, until=THEN + timedelta(days=90))
    assert Counter((row.on, row.to_pay) for row in rows if row.will_be_asked) == expected
    assert trial and min(amount for _on, amount in expected) == 5_000_00 - 1_200_00


@pytest.mark.django_db
def test_looking_ahead_writes_locks_and_sends_nothing(world: World) -> None:
    busy(world)
    tables = (Period, Invoice, JournalEntry, NextLine, OutboxEmail)
    before = [table.objects.count() for table in tables]
    with CaptureQueriesContext(connection) as asked:
        ahead(world, 365)
    assert [table.objects.count() for table in tables] == before
    verbs = {query["sql"].split()[0] for query in asked.captured_queries}
    assert verbs == {"SELECT"} and not any("FOR UPDATE" in q["sql"] for q in asked)


@pytest.mark.django_db
def test_after_a_term_each_renewal_is_counted(world: World) -> None:
    world.running(renews="alone", ends_on=date(2027, 2, 2), term_months=3)
    terms = [row.term for row in ahead(world, 300)]
    assert terms[:9] == [0, 0, 0, 1, 1, 1, 2, 2, 2]


@pytest.mark.django_db
def test_looking_ahead_takes_no_more_queries_for_more_agreements(world: World) -> None:
    def queries() -> int:
        open_due(now=NOW, only=world.business)
        with CaptureQueriesContext(connection) as asked:
            ahead(world, 365)
        return len(asked)

    world.running(world.client("First"), taxes=VAT)
    few = queries()
    for name in ("Second", "Third"):
        world.running(world.client(name), collect_by="transfer")
    assert Agreement.objects.count() == 3 and queries() == few
