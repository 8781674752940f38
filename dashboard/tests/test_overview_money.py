"""The overview says what matters first, and stays calm with four currencies and many retainers."""

import re
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.runs.billing_run import run_billing
from core.dates import local_day
from tests.rates import rate
from tests.world import World

HOME = reverse("dashboard:home")


def running(world: World, name: str, months: int = 4, **fields: Any) -> None:
    begun = timezone.now() - timedelta(days=31 * months)
    world.running(world.client(name, now=begun), now=begun, **fields)


def shown(owner: Browser, **query: str) -> str:
    page = owner.get(HOME, query).content.decode()
    return re.sub(r"\s+", " ", page.replace("&nbsp;", " "))


def test_what_one_client_did_not_pay_is_one_line_with_its_sum(world: World, owner: Browser) -> None:
    begun = timezone.now() - timedelta(days=70)
    world.running(world.client("Northwind", now=begun), now=begun, card="insufficient_funds")
    for days in (70, 39, 8):
        run_billing(now=timezone.now() - timedelta(days=days), door="test")
    page = shown(owner)
    assert "Northwind: 3 invoices are unpaid, $9,000 in total, the oldest 70 days late." in page
    assert page.count("the charge of $3,000 failed") == 0


def test_the_own_currency_comes_first_and_then_the_largest(world: World, owner: Browser) -> None:
    running(world, "Aurora", currency="EUR", amount=1_000_00)
    running(world, "Chao", currency="THB", amount=90_000_00)
    running(world, "Kuwait", currency="KWD", amount=100_125)
    running(world, "Baan", currency="USD", amount=3_000_00)
    rate(world, "EUR", "1.10")
    rate(world, "THB", "0.03")
    page = shown(owner)
    assert "$3,000 · ฿90,000 · €1,000 · KWD100.125" in page
    assert "$6,800" in page and "5 January 2026" in page
    assert "in no sum of several currencies: KWD" in page


def test_what_is_outstanding_in_a_currency_without_a_rate_is_not_nothing(
    world: World, owner: Browser
) -> None:
    begun = timezone.now() - timedelta(days=5)
    world.running(
        world.client("Chao", now=begun),
        now=begun,
        card="insufficient_funds",
        currency="THB",
        amount=30_000_00,
    )
    run_billing(now=begun, door="test")
    page = re.search(r"Outstanding</h2>(.*?)</section>", shown(owner))
    assert page and "No rate yet" in page[1] and "1 open invoice · ฿30,000" in page[1]


def test_failing_retainers_come_first_then_the_largest(world: World, owner: Browser) -> None:
    running(world, "Small", amount=1_000_00)
    running(world, "Large", amount=9_000_00)
    begun = timezone.now() - timedelta(days=5)
    world.running(
        world.client("Poor", now=begun), now=begun, card="insufficient_funds", amount=50_00
    )
    run_billing(now=begun, door="test")
    table = shown(owner).split('id="ret"')[1]
    places = [table.index(f"> {name} <") for name in ("Poor", "Large", "Small")]
    assert places == sorted(places)


def test_of_many_unpaid_clients_it_never_says_that_only_one_more_waits(
    world: World, owner: Browser
) -> None:
    begun = timezone.now() - timedelta(days=5)
    for n in range(9):
        world.running(world.client(f"Poor {n}", now=begun), now=begun, card="insufficient_funds")
    run_billing(now=begun, door="test")
    page = shown(owner)
    assert page.count("failed") >= 6 and not re.search(r"\d more\b", page)


def test_rates_of_one_day_and_source_are_dated_once(world: World, owner: Browser) -> None:
    for currency in ("EUR", "GBP"):
        running(world, currency, currency=currency)
        rate(world, currency, "1.1")
    page = shown(owner)
    assert page.count("5 January 2026") == page.count("entered by you") == 1
    rate(world, "GBP", "1.2", on=date(2026, 2, 6))
    page = shown(owner)
    assert page.count("5 January 2026") == page.count("6 February 2026") == 1


def test_there_is_one_chart_and_no_line_without_income(world: World, owner: Browser) -> None:
    running(world, "Baan")
    running(world, "Aurora", months=0, currency="EUR")
    page = shown(owner)
    assert page.count('class="rh-chart"') == 1 and "The last 12 months, in USD" in page
    euros = shown(owner, currency="EUR")
    assert 'class="rh-chart"' not in euros and "No income chart yet" in euros
    assert "All in USD" not in page, "there is no rate"
    rate(world, "EUR", "1.1")
    assert "All in USD" in shown(owner)


def test_the_line_of_income_leads_to_what_is_behind_each_number(
    world: World, owner: Browser
) -> None:
    today = local_day(timezone.now(), world.business.time_zone)
    running(world, "Baan", notice_days=90)
    page = shown(owner)
    client = re.search(r'href="/clients/[^"]+"[^>]*> ?Baan: 100 %', page)
    assert client and "Enter your costs" in page
    month = today.replace(day=1)
    assert f"{reverse('dashboard:income_month')}?of={month}" in page
    world.business.monthly_costs = 1_000_00
    world.business.save()
    assert "Enter your costs" not in shown(owner)


def test_the_largest_of_several_clients_never_has_all_of_the_income(
    world: World, owner: Browser
) -> None:
    running(world, "Large", amount=900_000_00)
    running(world, "Small", amount=1_00)
    assert "Large: over 99 %" in shown(owner)
    income = " ".join(owner.get(reverse("dashboard:income")).content.decode().split())
    assert "over 99 % of it from Large" in income


def test_many_documents_without_a_seal_take_no_query_each(world: World, owner: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            shown(owner)
        return len(asked)

    for n in range(3):
        running(world, f"First {n}")
    few = queries()
    for n in range(6):
        running(world, f"Second {n}")
    assert queries() == few
