"""Pages about time with more agreements than a list to choose from can hold."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement, Period
from billing.models import Invoice
from clients.models import Client
from dashboard.time.views.entries import OFFERED
from delivery.models import TimeEntry
from tests.test_lists import fill
from tests.world import World

MANY = OFFERED + 20
SEARCH = "Search for a client or an agreement"


@pytest.fixture
def dashboard(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def options(page: Any, name: str = "agreement") -> list[str]:
    """The options of a select field, without the empty one."""
    select = re.findall(rf'<select[^>]*name="{name}".*?</select>', page.text, re.S)[0]
    return re.findall(r"<option[^>]*>\s*(.+?)\s*</option>", select, re.S)


def words(agreement: Agreement, **more: Any) -> dict[str, Any]:
    day = date(2026, 11, 2)
    return {"agreement": agreement.pk, "on": day, "minutes": "1:30", "note": "Work", **more}


@pytest.mark.parametrize("name", ["time", "timer"])
def test_few_agreements_are_offered_all_together(
    dashboard: Browser, world: World, name: str
) -> None:
    fill(world, world.signed(), 20)
    shown = dashboard.get(reverse(f"dashboard:{name}"))
    assert SEARCH not in shown.text
    assert len([one for one in options(shown) if "Client 00" in one]) == 20


@pytest.mark.parametrize("name", ["time", "timer"])
def test_of_many_agreements_those_with_the_newest_time_are_offered(
    dashboard: Browser, world: World, name: str
) -> None:
    fill(world, world.signed(), MANY)
    for client in ("Client 0117", "Client 0003"):
        period = Period.objects.get(agreement__client__name=client)
        own = {"business": world.business, "period": period, "note": "N", "minutes": 5}
        TimeEntry.objects.bulk_create(
            TimeEntry(on=date(2026, 11, 3), **own) for _n in range(OFFERED // 2)
        )
    shown = dashboard.get(reverse(f"dashboard:{name}"))
    assert SEARCH in shown.text
    assert [one[:11] for one in options(shown) if one[0] == "C"] == ["Client 0003", "Client 0117"]


def test_the_others_are_searched_by_client_and_title(dashboard: Browser, world: World) -> None:
    fill(world, world.signed(), MANY)
    found = dashboard.get(reverse("dashboard:time_agreements"), {"find": "0118"})
    assert re.findall(r"Client \d+", found.text) == ["Client 0118"]
    assert "agreements-found" in found["HX-Trigger-After-Settle"]
    nothing = dashboard.get(reverse("dashboard:time_agreements"), {"find": "Nobody"})
    assert "No agreement found" in nothing.text


def test_time_is_recorded_for_an_agreement_that_was_searched(
    dashboard: Browser, world: World
) -> None:
    fill(world, world.signed(), MANY)
    before = TimeEntry.objects.count()
    agreement = Agreement.objects.get(client__name="Client 0118")
    refused = dashboard.post(reverse("dashboard:time"), words(agreement, find="0119"))
    assert refused.status_code == 422, "the search was not waited for"
    assert "This is not what you searched for" in refused.text
    assert any("Client 0119" in one for one in options(refused)), "what it finds is offered now"
    done = dashboard.post(reverse("dashboard:time"), words(agreement, find="client 0118"))
    assert done.status_code == 302
    assert TimeEntry.objects.count() == before + 1


#: The most queries of a page, and as many for 360 agreements as for 120.
QUERIES = {
    "time": 20,
    "timer": 15,
    "time_week": 19,
    "time_week?on=2026-11-02&day=2026-11-02": 24,
    "capacity": 16,
    "invoices": 20,
    "invoices?state=overdue": 21,
    "aging": 10,
}
OF_ONE = {"client": 60, "agreement": 38, "invoice": 24}


@pytest.mark.parametrize("page_of", [*QUERIES, *OF_ONE])
def test_a_page_costs_the_same_for_more_agreements(
    dashboard: Browser, world: World, page_of: str
) -> None:
    agreement = world.signed()
    fill(world, agreement, MANY)
    name, _mark, query = page_of.partition("?")
    invoice = Invoice.objects.select_related("agreement").earliest("pk")
    # The rows that are added have the same names, and a duplicate is looked at more closely.
    Client.objects.filter(pk=invoice.client_id).update(name="Unlike any other")
    ids = {"client": invoice.client_id, "agreement": invoice.agreement_id, "invoice": invoice.pk}
    address = reverse(f"dashboard:{name}", args=[ids[name]] if name in ids else [])

    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            length = len(dashboard.get(f"{address}?{query}").content)
        return len(queries), length // 50_000

    before = cost()
    fill(world, agreement, 2 * MANY)
    assert cost() <= before
    assert before[0] <= (QUERIES | OF_ONE)[page_of]
