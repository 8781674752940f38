"""The page of income says until when the costs are covered, in the business's own currency."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.world import World


@pytest.fixture
def browser(world: World) -> Browser:
    """The owner's browser, signed in."""
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_without_costs_it_asks_for_them_and_with_them_it_says_a_day(
    browser: Browser, world: World
) -> None:
    world.running(minimum_months=3, notice_days=30, currency=world.business.currency)
    page = reverse("dashboard:income")
    assert "Enter your costs a month" in browser.get(page).content.decode()
    answer = browser.post(page, {"costs": "3,000"}, follow=True)
    world.business.refresh_from_db()
    assert world.business.monthly_costs == 3_000_00
    assert "If every client gives notice today" in answer.content.decode()


@pytest.mark.parametrize("costs", ["-1", "much", "9" * 14])
def test_costs_that_are_no_sum_are_refused_where_they_were_typed(
    browser: Browser, world: World, costs: str
) -> None:
    answer = browser.post(reverse("dashboard:income"), {"costs": costs})
    shown = answer.content.decode()
    assert answer.status_code == 422 and 'id="error_1_id_costs"' in shown and costs in shown
    world.business.refresh_from_db()
    assert world.business.monthly_costs == 0


def test_a_business_without_clients_is_told_what_it_will_see(browser: Browser) -> None:
    assert "No income yet" in browser.get(reverse("dashboard:income")).content.decode()
