"""A list page takes as many queries for hundreds of rows as for thirty."""

from base64 import urlsafe_b64encode
from datetime import date, timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from agreements.models import Agreement, Period, Proposal
from billing.income import forecast
from billing.invoices import invoice_list
from billing.models import Collection, Invoice, Series
from clients.models import Client, Contact
from core.web.keyset_pages import page_of
from dashboard.lists import list_page
from dashboard.lists.list_page import ListPage
from delivery.models import Deliverable, EarlyWarning, Report, Request, TimeEntry, TimeImport
from tests.world import World

OFF = {"kind": "work", "title": "posts", "done": 0, "promised": 4, "wanted": 2, "weight": 100}
LISTS = (
    "home",
    "todo",
    "clients",
    "proposals",
    "agreements",
    "fees",
    "time",
    "time_week",
    "time_imports",
    "timer",
    "income",
    "income_month",
    "exchange_rates",
    "net_to_me",
    "net_month",
    "invoices",
    "invoices_csv",
    "aging",
    "reports",
    "packages",
    "capacity",
    "calls",
    "waitlist",
    "letters",
    "warnings",
    "requests",
    "security_log",
    "security_log_csv",
)


def fill(world: World, agreement: Agreement, count: int) -> None:
    """Insert `count` more rows of everything, without the verbs: only their number matters here."""
    own, now = {"business": world.business}, timezone.now()
    clients = [Client(name=f"Client {n:04}", **own) for n in range(count)]
    Client.objects.bulk_create(clients)
    Contact.objects.bulk_create(
        Contact(client=row, name="P", email=f"p{row.pk}@x.example", is_decision_maker=True, **own)
        for row in clients
    )
    proposals = [
        Proposal(
            client=row,
            contact=agreement.contact,
            title="T",
            currency="USD",
            starts_on=date(2026, 1, 1),
            **own,
        )
        for row in clients
    ]
    Proposal.objects.bulk_create(proposals)
    fields = {
        name: getattr(agreement, name)
        for name in ("tier", "terms", "terms_hash", "currency", "time_zone")
    }
    agreements = [
        Agreement(
            client=row.client,
            contact=agreement.contact,
            proposal=row,
            title="T",
            amount=1,
            minutes=60,
            anchor_day=1,
            starts_on=date(2026, 1, 1),
            state="active",
            signed_at=now,
            **fields,
            **own,
        )
        for row in proposals
    ]
    Agreement.objects.bulk_create(agreements)
    periods = [
        Period(
            agreement=row,
            index=0,
            starts_on=date(2026, 11, 1),
            ends_on=date(2026, 12, 1),
            due_at=now,
            currency="USD",
            amount=1,
            minutes=60,
            **own,
        )
        for row in agreements
    ]
    Period.objects.bulk_create(periods)
    TimeEntry.objects.bulk_create(
        TimeEntry(period=row, on=date(2026, 11, 2), minutes=5, note="N", **own) for row in periods
    )
    EarlyWarning.objects.bulk_create(
        EarlyWarning(
            period=row, client=row.agreement.client, day=10, note="N", findings=[OFF], **own
        )
        for row in periods
    )
    TimeImport.objects.bulk_create(
        TimeImport(file_name="f", source="toggl", **own) for _row in periods
    )
    Report.objects.bulk_create(
        Report(period=row, client=row.agreement.client, **own) for row in periods
    )
    Deliverable.objects.bulk_create(
        Deliverable(period=row, position=1, title="T", promised=2, **own) for row in periods
    )
    Request.objects.bulk_create(
        Request(
            client=row.agreement.client,
            agreement=row.agreement,
            period=row,
            contact=agreement.contact,
            title="T",
            fits="word",
            respond_by=now,
            **own,
        )
        for row in periods
    )
    series, _made = Series.objects.get_or_create(kind="invoice", year=2026, **own)
    invoices = [
        Invoice(
            client=row.agreement.client,
            agreement=row.agreement,
            period=row,
            period_start=row.starts_on,
            series=series,
            seq=count * 100 + n,
            number=f"X-{row.pk}",
            issued_on=row.starts_on,
            due_on=row.starts_on,
            currency="USD",
            subtotal=1,
            tax=0,
            total=1,
            seller={},
            buyer={},
            language="en",
            terms_hash="x",
            **own,
        )
        for n, row in enumerate(periods)
    ]
    Invoice.objects.bulk_create(invoices)
    Collection.objects.bulk_create(
        Collection(invoice=row, gateway="sandbox", next_at=now, **own) for row in invoices
    )
    with connection.cursor() as cursor:
        # PostgreSQL does this on its own a minute later; without it, it plans for empty tables.
        cursor.execute("ANALYZE")


def in_every_order() -> list[tuple[str, str]]:
    """Every list with each of the orders in which its columns sort it."""
    get_resolver().url_patterns  # noqa: B018 (reading them is what registers the lists)
    pages = ListPage.registered.items()
    return [
        (name, sign + order.name)
        for name, page in pages
        for order in page.orders
        for sign in ("", "-")
    ]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    world: World, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    many = pytestconfig.getoption("--rows")
    monkeypatch.setattr(forecast, "AT_ONCE", 10**6)  # so that the page computes it both times
    # So that orders that are computed are asked for with and without being too long for them.
    monkeypatch.setattr(list_page, "COMPUTED_AT_MOST", 100)
    agreement = world.signed()
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")

    def counts() -> dict[str, int]:
        found = {}
        for name, sort in [*((name, "") for name in LISTS), *in_every_order()]:
            asked, start = {"sort": sort} if sort else {}, perf_counter()
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(reverse(f"dashboard:{name}"), asked).status_code == 200
            found[f"{name} {sort}".strip()] = len(queries)
            print(f"{name} {sort}: {len(queries)} queries, {perf_counter() - start:.2f} s")  # noqa: T201
        return found

    fill(world, agreement, 10)
    few = counts()
    fill(world, agreement, many)
    # The file reads its rows in batches, two queries each, so that it needs no memory for all; of
    # more than a hundred agreements these forms search for the likely ones.
    more = {
        "invoices_csv": 2 * (many // invoice_list.READ_AT_ONCE),
        "time": 3,
        "time_week": 2,
        "timer": 1,
    }
    grown = {
        name: (few[name], count)
        for name, count in counts().items()
        if count > few[name] + more.get(name.split()[0], 0)
    }
    assert not grown  # fewer are no harm: a long list is not sorted by what is computed


@pytest.mark.parametrize("up", [True, False])
def test_paging_visits_every_row_and_leads_back(world: World, up: bool) -> None:
    Client.objects.bulk_create(
        Client(
            business=world.business,
            name=f"N{n % 7}",
            created_at=timezone.now() - timedelta(days=n % 3),
        )
        for n in range(83)
    )
    seen: list[Any] = []
    asked: dict[str, str] = {}
    pages = []
    while True:
        page = page_of(Client.objects.all(), asked, by="name", up=up, size=20)
        seen += [row.pk for row in page.rows]
        pages.append([row.pk for row in page.rows])
        if not page.after:
            break
        asked = {"after": page.after}
    assert len(seen) == len(set(seen)) == 83
    back = page_of(Client.objects.all(), {"before": page.before}, by="name", up=up, size=20)
    assert [row.pk for row in back.rows] == pages[-2]


@pytest.mark.parametrize(
    "text",
    ["", "x", "\0", "2026-02-30", "2026-01-01T00:00:00", "0001-01-01T00:00+14:00", "9" * 400],
)
def test_an_invalid_page_mark_shows_the_first_page(world: World, text: str) -> None:
    world.client()
    mark = urlsafe_b64encode(f"{uuid4()}|{text}".encode()).decode()
    for bad in ("x", "%%%", "é", "AAAA", mark):
        assert len(page_of(Client.objects.all(), {"after": bad}, by="created_at").rows) == 1
    assert page_of(Client.objects.all(), {"after": mark}, by="name").rows is not None
