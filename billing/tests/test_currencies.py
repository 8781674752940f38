"""Amounts in different currencies are never added; each currency has its own total (rule 13)."""

from datetime import timedelta

from billing.books import client_statement, queries
from billing.books.invariants import find_contradictions
from billing.income import guaranteed
from billing.runs import preview
from billing.runs.billing_run import run_billing
from tests.world import NOW, World


def test_amounts_of_different_currencies_are_listed_separately(world: World) -> None:
    client = world.client()
    for currency, amount in (
        ("USD", 3_000_00),
        ("THB", 30_000_00),
        ("THB", 500_00),
        ("JPY", 100_000),
    ):
        world.running(client, card="", currency=currency, amount=amount)
    run_billing(now=NOW, door="test")
    assert queries.outstanding_amounts(world.business) == [
        ("JPY", 100_000, 1),
        ("THB", 30_500_00, 2),
        ("USD", 3_000_00, 1),
    ]
    assert client_statement.client_balances(client) == {
        "JPY": 100_000,
        "THB": 30_500_00,
        "USD": 3_000_00,
    }
    months = {
        row.currency: row.invoiced for row in client_statement.totals_by_month(world.business)
    }
    assert list(months.items()) == [("USD", 3_000_00), ("JPY", 100_000), ("THB", 30_500_00)]
    signed = guaranteed.signed_agreements(world.business)
    assert guaranteed.current_income(signed, NOW.date()) == {
        "JPY": 100_000,
        "THB": 30_500_00,
        "USD": 3_000_00,
    }
    coming = preview.upcoming_invoices(world.business, now=NOW + timedelta(days=1), days=30)
    assert dict(preview.totals_by_currency(coming)) == {
        "JPY": 200_000,
        "THB": 61_000_00,
        "USD": 6_000_00,
    }
    assert not find_contradictions(NOW)
