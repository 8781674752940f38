"""Rates are kept with their days, so that past income is shown at the rate of its day (rule 64)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.income import exchange, expected, overall
from billing.income.guaranteed import signed_agreements
from billing.models import ExchangeRate
from billing.runs.billing_run import run_billing
from tests.world import NOW, World

JUNE, JULY, TODAY = date(2026, 6, 15), date(2026, 7, 15), date(2026, 11, 2)


def enter(world: World, rate: str, on: date, currency: str = "EUR") -> ExchangeRate:
    facts: dict[str, Any] = {"business": world.business, "today": TODAY, "now": NOW}
    return exchange.enter_rate(currency=currency, rate=Decimal(rate), on=on, **facts)


def on(world: World, day: date) -> str:
    found = exchange.rates_since(world.business, date(2026, 1, 1)).on("EUR", day)
    return found.shown if found else ""


def test_a_new_rate_keeps_the_old_one_for_its_days(world: World) -> None:
    enter(world, "1.1", JUNE)
    enter(world, "1.2", JULY)
    assert exchange.newest_rates(world.business)["EUR"].shown == "1.2"
    days = [JUNE, JULY - timedelta(days=1), JULY, TODAY]
    assert [on(world, day) for day in days] == ["1.1", "1.1", "1.2", "1.2"]
    assert on(world, date(2026, 2, 1)) == "1.1", "the first one that is known"


def test_what_was_before_the_first_day_asked_for_is_known_on_it(world: World) -> None:
    enter(world, "1.05", date(2025, 11, 1))
    enter(world, "1.1", JUNE)
    assert on(world, date(2026, 1, 5)) == "1.05"


def test_another_rate_of_the_same_day_corrects_it_and_the_same_is_stored_once(world: World) -> None:
    enter(world, "1.1", JUNE)
    enter(world, "1.3", JUNE)
    enter(world, "1.3", JUNE)
    assert on(world, JUNE) == "1.3"
    assert ExchangeRate.objects.count() == 2


def test_a_rate_never_changes_and_is_only_removed_by_saying_so(world: World) -> None:
    enter(world, "1.1", JUNE)
    for change in ({"rate": 2}, {"on": JULY}, {"currency": "GBP"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ExchangeRate.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ExchangeRate.objects.all().delete()
    exchange.remove_rate(business=world.business, currency="EUR", now=NOW)
    assert exchange.newest_rates(world.business) == {}
    assert on(world, JUNE) == ""
    assert ExchangeRate.objects.get().removed_at == NOW


def test_rates_of_the_bank_count_while_they_are_switched_on(world: World) -> None:
    facts: dict[str, Any] = {"currency": "EUR", "source": "ecb", "now": NOW}
    exchange.use_reference_rates(business=world.business, on=True)
    exchange.store(world.business, rate=Decimal("1.15"), on=JULY, **facts)
    enter(world, "1.1", JUNE)
    assert (on(world, JUNE), on(world, JULY)) == ("1.1", "1.15")
    exchange.use_reference_rates(business=world.business, on=False)
    assert (on(world, JULY), exchange.newest_rates(world.business)["EUR"].shown) == ("1.1", "1.1")
    exchange.use_reference_rates(business=world.business, on=True)
    assert exchange.newest_rates(world.business)["EUR"].shown == "1.15"


def test_what_was_received_is_converted_at_the_rate_of_its_day(world: World) -> None:
    world.business.currency = "USD"
    world.business.save()
    agreement = world.running(currency="EUR", amount=1_000_00)
    run_billing(now=NOW, door="test")
    later = NOW + timedelta(days=31)
    run_billing(now=later, door="test")
    enter(world, "1.1", NOW.date())
    today = later.date()
    exchange.enter_rate(
        business=world.business,
        currency="EUR",
        rate=Decimal("1.3"),
        on=today,
        today=today,
        now=later,
    )
    signed = signed_agreements(world.business)
    incomes = expected.expected_income(world.business, signed, today)
    rates = exchange.newest_rates(world.business)
    whole, _apart = overall.overall(world.business, incomes, rates, today)
    assert agreement.periods.count() == 2
    assert whole.received == 1_100_00 + 1_300_00


def test_the_history_of_years_takes_one_query(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            exchange.rates_since(world.business, JUNE)
        return len(asked)

    enter(world, "1.1", JUNE)
    one = queries()
    for n in range(20):
        enter(world, f"1.{n + 20}", JUNE + timedelta(days=n))
    assert queries() == one == 1
