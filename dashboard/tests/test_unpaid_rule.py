"""The owner sets what follows unpaid periods, and the overview says each debt once (rule 67)."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.models import UnpaidRule
from billing.models.unpaid import UnpaidAction
from billing.runs import unpaid_periods
from billing.runs.billing_run import run_billing
from tests.world import NOW, World


def test_the_business_has_a_rule_and_an_agreement_another(owner: Browser, world: World) -> None:
    agreement = world.running(card="")
    own = reverse("dashboard:agreement_unpaid_rule", args=[agreement.pk])
    shown = owner.get(reverse("dashboard:unpaid_rule")).context["form"]
    assert (shown.initial["after"], shown.initial["action"]) == (2, UnpaidAction.ASK)
    owner.post(reverse("dashboard:unpaid_rule"), {"after": 3, "action": "pause"})
    assert unpaid_periods.rule_of(agreement).action == UnpaidAction.PAUSE
    owner.post(own, {"after": 1, "action": "hold"})
    rule = unpaid_periods.rule_of(agreement)
    assert (rule.after, rule.action) == (1, UnpaidAction.HOLD)
    owner.post(own, {"usual": "yes"})
    assert unpaid_periods.rule_of(agreement).after == 3
    assert owner.post(own, {"after": 99, "action": "pause"}).status_code == 422
    assert UnpaidRule.objects.count() == 1


def test_the_overview_says_each_debt_once_with_sum_and_age(
    owner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = world.running(client=world.client("Northwind"), card="lost_card")
    unpaid_periods.set_rule(
        business=world.business, agreement=None, after=2, action=UnpaidAction.PAUSE
    )
    for day in range(33):
        run_billing(now=NOW + timedelta(days=day), door="test")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=33))
    said = [todo.text for todo in owner.get(reverse("dashboard:home")).context["needs"]]
    of_northwind = [text for text in said if "Northwind" in text and "$" in text]
    assert of_northwind == [
        "Northwind: 2 invoices are unpaid, $6,000 in total, the oldest 33 days late. "
        "The work is paused on 10 December 2026."
    ]
    page = owner.get(reverse("dashboard:agreement", args=[agreement.pk])).content.decode()
    assert "The work is paused on 10 December 2026" in page
