"""The goal of the year: what counts towards it, and which tiers would close it (rule 65)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.income import exchange, expected, goals, guaranteed, overall
from billing.rules.goal import MOST, Goal, closing
from tests.world import NOW, World

SUMS = st.integers(0, 10**9)


def test_two_more_growth_clients_from_february_close_it() -> None:
    goal = Goal(2027, 200_000_00, received=5_000_00, secured=20_000_00, likely=70_000_00)
    rows = closing(goal, [("Essential", 3_000_00), ("Growth", 5_000_00)], date(2027, 1, 12))
    assert [(row.tier, row.clients, row.starts_on) for row in rows] == [
        ("Essential", 4, date(2027, 2, 1)),
        ("Growth", 2, date(2027, 2, 1)),
    ]


def test_in_december_no_new_client_counts_for_the_year() -> None:
    goal = Goal(2026, 100, received=0, secured=0, likely=0)
    assert closing(goal, [("Growth", 10)], date(2026, 12, 1)) == []
    assert closing(goal, [("Growth", 10)], date(2026, 11, 30))[0].clients == 10


@given(SUMS, SUMS, SUMS, SUMS, st.integers(1, 10**7), st.integers(1, 11))
def test_that_many_clients_are_enough_and_one_less_is_not(
    amount: int, received: int, secured: int, likely: int, fee: int, month: int
) -> None:
    goal = Goal(2027, amount, received, secured, likely)
    rows = closing(goal, [("Growth", fee)], date(2027, month, 1))
    few = goal.missing <= MOST * fee * (12 - month)
    assert bool(rows) == (received + secured + likely < amount and few)
    for row in rows:
        months = 12 - month
        assert row.clients * fee * months >= goal.missing > (row.clients - 1) * fee * months


@pytest.mark.django_db
def test_only_this_year_counts_and_only_what_can_be_converted(world: World) -> None:
    world.business.yearly_goal = 50_000_00
    world.billed(minimum_months=2, notice_days=0)
    thb: dict[str, Any] = {"currency": "THB", "amount": 30_000_00, "card": "", "notice_days": 0}
    world.running(world.client("Siri"), **thb)
    world.running(world.client("Gulf"), currency="KWD", amount=100_000, card="")
    exchange.enter_rate(
        business=world.business,
        currency="THB",
        rate=Decimal("0.03"),
        on=NOW.date(),
        today=NOW.date(),
        now=NOW,
    )
    today = date(2026, 11, 3)
    signed = guaranteed.signed_agreements(world.business)
    incomes = expected.expected_income(world.business, signed, today)
    rates = exchange.newest_rates(world.business)
    whole, apart = overall.overall(world.business, incomes, rates, today)
    goal = goals.goal_of(world.business, whole, today)
    assert goal and (goal.received, goal.secured) == (3_000_00, 3_000_00)
    assert goal.likely == 900_00 and apart == ["KWD"]


@pytest.mark.django_db
def test_the_tiers_are_those_that_were_offered_last(world: World) -> None:
    assert goals.newest_tiers(world.business) == []
    world.proposal(interval="quarterly")
    assert goals.newest_tiers(world.business)[1] == ("Growth", 1_666_67)
