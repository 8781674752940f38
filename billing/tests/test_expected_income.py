"""The page of income divides what is coming by what the contracts owe, to the cent."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.changing import pause
from billing.charging import refund
from billing.income import expected, guaranteed, history
from billing.income.expected import Income
from billing.rules.certainty import Certainty
from billing.runs.billing_run import run_billing
from billing.tests.test_one_off import issued, order
from tests.world import NOW, World

TODAY = date(2026, 11, 2)


def income(world: World, today: date = TODAY) -> list[Income]:
    signed = guaranteed.signed_agreements(world.business)
    return expected.expected_income(world.business, signed, today)


@pytest.mark.django_db
def test_notice_and_minimum_term_decide_what_is_owed(world: World) -> None:
    """Three months minimum, 30 days' notice: two fees after the one that is billed today."""
    world.billed(minimum_months=3, notice_days=30)
    (usd,) = income(world)
    assert usd.received == 3_000_00
    assert usd.sums[Certainty.OWED] == 2 * 3_000_00
    assert usd.sums[Certainty.RECURRING] == 10 * 3_000_00
    assert usd.by_contract == 6_000_00


@pytest.mark.django_db
def test_a_term_that_can_renew_is_owed_to_its_end_and_expected_after_it(world: World) -> None:
    ends_on = date(2027, 5, 2)
    world.billed(renews="alone", ends_on=ends_on, notice_days=30)
    (usd,) = income(world)
    assert usd.sums[Certainty.OWED] == 5 * 3_000_00
    renewing = [one.on for one in usd.expected if one.certainty == Certainty.RENEWING]
    assert min(renewing) == ends_on and len(renewing) == 7


@pytest.mark.django_db
def test_without_a_card_nothing_is_called_recurring(world: World) -> None:
    world.signed(card="", minimum_months=0, notice_days=0)
    (usd,) = income(world)
    assert usd.sums[Certainty.RECURRING] == 0 < usd.sums[Certainty.NO_WAY]


@pytest.mark.django_db
def test_an_open_invoice_counts_before_tax_with_what_is_still_to_come(world: World) -> None:
    world.billed(card="insufficient_funds")
    (usd,) = income(world)
    assert usd.sums[Certainty.INVOICED] == 3_000_00
    assert usd.sums[Certainty.RECURRING] == 0, "the last charge failed"


@pytest.mark.django_db
def test_an_open_proposal_is_offered_and_in_no_sum(world: World) -> None:
    world.proposal()
    (usd,) = income(world)
    assert usd.total == usd.by_contract == 0
    assert [fee for _proposal, fee in usd.offered] == [5_000_00]


@pytest.mark.django_db
def test_the_largest_client_is_left_out_of_what_stays(world: World) -> None:
    world.billed(minimum_months=0, notice_days=0)
    world.signed(tier=1, client=world.client("Siri & Sons"), minimum_months=0, notice_days=0)
    (usd,) = income(world)
    assert usd.largest and usd.largest[0].name == "Siri & Sons"
    owed, stays = usd.safe_until(1_000_00)
    assert stays and (owed is None or owed < stays)
    assert usd.without_largest == usd.total - sum(
        one.amount
        for one in usd.expected
        if one.source.client.name == "Siri & Sons" and one.certainty == Certainty.RECURRING
    )


@pytest.mark.django_db
def test_each_month_begins_with_what_the_one_before_ended_with(world: World) -> None:
    agreement = world.billed().agreement
    pause.pause_agreement(
        agreement=agreement,
        resumes_on=None,
        reason="Holiday",
        actor="Nan",
        now=NOW,
    )
    signed = guaranteed.signed_agreements(world.business)
    rows = history.movements(signed, date(2027, 1, 15))["USD"]
    assert [(row.new, row.paused, row.lost) for row in rows] == [
        (3_000_00, 0, 0),
        (0, -3_000_00, 0),
        (0, 0, 0),
    ]
    assert all(later.began == row.ended for row, later in pairwise(rows))


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_agreements(world: World) -> None:
    def queries() -> int:
        signed = guaranteed.signed_agreements(world.business)
        with CaptureQueriesContext(connection) as asked:
            expected.expected_income(world.business, signed, TODAY)
        return len(asked)

    def add(name: str, **terms: Any) -> None:
        world.signed(client=world.client(name), **terms)

    add("First")
    few = queries()
    add("Second", renews="alone", ends_on=TODAY + timedelta(days=365))
    add("Third", collect_by="transfer")
    assert queries() == few


@pytest.mark.django_db
def test_what_a_client_is_credited_is_not_received_again(world: World) -> None:
    invoice = world.billed()
    refund.refund_invoice(
        invoice=invoice, amount=invoice.total, reason="R", actor="Nan", to_card=False, now=NOW
    )
    run_billing(now=NOW + timedelta(days=31), door="test")
    found = expected.received(world.business, date(2026, 1, 1), date(2027, 12, 31))
    assert found == {"USD": 3_000_00}


@pytest.mark.django_db
def test_an_open_invoice_without_an_agreement_is_expected_as_well(world: World) -> None:
    issued(world, order(world))
    [usd] = income(world)
    assert usd.sums[Certainty.INVOICED] == usd.by_contract == 200_00
