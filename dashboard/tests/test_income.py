"""The page of income says until when the costs are covered, in the business's own currency."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.income import forecast
from core.dates import add_months, month_of
from tests.rates import rate
from tests.world import World


def test_without_costs_it_asks_for_them_and_with_them_it_says_a_day(
    owner: Browser, world: World
) -> None:
    world.running(minimum_months=3, notice_days=30, currency=world.business.currency)
    page = reverse("dashboard:income")
    assert "Enter your costs a month" in owner.get(page).content.decode()
    answer = owner.post(page, {"costs": "3,000"}, follow=True)
    world.business.refresh_from_db()
    assert world.business.monthly_costs == 3_000_00
    assert "If every client gives notice today" in answer.content.decode()


@pytest.mark.parametrize("costs", ["-1", "much", "9" * 14])
def test_costs_that_are_no_sum_are_refused_where_they_were_typed(
    owner: Browser, world: World, costs: str
) -> None:
    answer = owner.post(reverse("dashboard:income"), {"costs": costs})
    shown = answer.content.decode()
    assert answer.status_code == 422 and 'id="error_1_id_costs"' in shown and costs in shown
    world.business.refresh_from_db()
    assert world.business.monthly_costs == 0


def test_a_business_without_clients_is_told_what_it_will_see(owner: Browser) -> None:
    assert "No income yet" in owner.get(reverse("dashboard:income")).content.decode()


def shown(owner: Browser, path: str) -> str:
    answer = owner.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_one_currency_is_shown_at_a_time_and_all_of_them_at_dated_rates(
    owner: Browser, world: World
) -> None:
    now = timezone.now()
    world.running(world.client("Baan", now=now), now=now, amount=3_000_00)
    world.running(world.client("Aurora", now=now), now=now, amount=1_000_00, currency="EUR")
    page = reverse("dashboard:income")
    assert "All in USD" not in shown(owner, page)
    rate(world, "EUR", "1.10")
    everything = shown(owner, page)
    assert "1 EUR = 1.1 USD" in everything and "5 January 2026" in everything
    assert "$4,100" in everything and "€1,000" not in everything.split('id="certainty"')[1]
    euros = shown(owner, f"{page}?currency=EUR").split('id="forecast"')[1]
    assert "€1,000" in euros and "$4,100" not in euros
    assert shown(owner, f"{page}?currency=<b>").count('aria-current="page"') >= 1


def test_a_month_of_the_forecast_opens_the_list_behind_it(owner: Browser, world: World) -> None:
    now = timezone.now()
    world.running(world.client("Baan", now=now), now=now, amount=3_000_00)
    world.running(world.client("Late", now=now), now=now, amount=1_000_00)
    page = shown(owner, reverse("dashboard:income"))
    later = add_months(month_of(now.date()), 3)
    path = f"{reverse('dashboard:income_month')}?of={later}"
    assert path in page
    month = shown(owner, path)
    assert "Baan" in month and "Late" in month
    assert "If everybody pays, before tax: $4,000" in month
    far = f"{reverse('dashboard:income_month')}?of=2090-01-01"
    assert "Nothing is expected" in shown(owner, far)


def test_the_goal_says_what_is_missing_and_who_would_close_it(owner: Browser, world: World) -> None:
    goal = {"costs": "", "goal": "1,000"}
    answer = owner.post(reverse("dashboard:income"), goal, follow=True)
    assert "Still missing" in answer.content.decode()
    world.business.refresh_from_db()
    assert (world.business.yearly_goal, world.business.monthly_costs) == (1_000_00, 0)


def test_rates_are_entered_removed_and_refused_in_words(owner: Browser, world: World) -> None:
    world.running(currency="THB")
    page = reverse("dashboard:exchange_rates")
    assert "No rate yet" in shown(owner, page)
    typed = {"currency": "THB", "rate": "0.0289", "on": "2026-01-05"}
    assert "0.0289 USD" in owner.post(page, typed, follow=True).content.decode()
    wrong = owner.post(page, typed | {"on": "2099-01-05", "rate": "x"})
    assert wrong.status_code == 422 and "2099-01-05" in wrong.content.decode()
    future = owner.post(page, typed | {"on": "2098-01-05"}).content.decode()
    assert "This day has not come yet." in future
    owner.post(reverse("dashboard:rate_remove"), {"currency": "THB"})
    assert "No rate yet" in shown(owner, page)


def test_reference_rates_are_off_until_they_are_switched_on(owner: Browser, world: World) -> None:
    switch = reverse("dashboard:reference_rates")
    assert "Use reference rates" in shown(owner, reverse("dashboard:exchange_rates"))
    for expected in (True, False):
        owner.post(switch)
        world.business.refresh_from_db()
        assert world.business.reference_rates is expected


def test_a_large_business_reads_that_its_forecast_is_being_made(
    owner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast, "AT_ONCE", 0)
    world.running()
    assert "The forecast is being calculated" in shown(owner, reverse("dashboard:income"))
    forecast.make_one(str(world.business.pk), now=timezone.now())
    assert 'id="forecast"' in shown(owner, reverse("dashboard:income"))
