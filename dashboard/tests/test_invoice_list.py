"""The list of invoices: one address says what is listed, added up, and in the file."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.charging import cancel_invoice
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from tests.test_lists import fill
from tests.world import NOW, World

REST = "Withheld, credited or written off"
LATER = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)  # before the second periods begin


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def invoices(world: World) -> dict[str, Invoice]:
    """One that is paid, one that is overdue, one of another month in euros, and a void one."""
    rows = {
        "paid": world.billed(client=world.client("Paid"), now=NOW),
        "late": world.billed(client=world.client("Late"), card="", now=NOW),
        "void": world.billed(client=world.client("Void"), card="", now=NOW),
        "euro": world.billed(
            client=world.client("Euro"), card="", now=LATER, currency="EUR", amount=50_00
        ),
    }
    cancel_invoice.void_invoice(invoice=rows["void"], reason="Mistake", actor="Nan", now=LATER)
    run_billing(now=LATER, door="test")
    return {name: Invoice.objects.get(pk=row.pk) for name, row in rows.items()}


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["euro", "late", "paid", "void"]),
        ({"state": "overdue", "until": "2026-11-30"}, ["late"]),
        ({"state": "paid"}, ["paid"]),
        ({"state": "void"}, ["void"]),
        ({"currency": "EUR"}, ["euro"]),
        ({"since": "2026-12-01", "until": "2026-12-31", "currency": "EUR"}, ["euro"]),
        ({"month": "2026-11"}, ["late", "paid", "void"]),
        ({"month": "2026-13", "since": "x", "state": "x"}, ["euro", "late", "paid", "void"]),
        ({"age": "1-30"}, ["late"]),
        ({"q": "euro"}, ["euro"]),
    ],
)
def test_list_sums_and_file_are_of_the_same_invoices(
    owner: Browser, invoices: dict[str, Invoice], asked: dict[str, str], names: list[str]
) -> None:
    agreements = [row.agreement_id for row in invoices.values()]
    theirs = Invoice.objects.filter(agreement__in=agreements)
    page = owner.get(reverse("dashboard:invoices"), asked)
    expected = {invoices[name].number for name in names}
    ours = {row.number for row in theirs}
    assert {row.number for row, *_ in page.context["rows"]} & ours == expected
    sums = {one.currency: one for one in page.context["sums"]}
    assert list(sums) == sorted(sums, key=lambda currency: currency != "USD"), "our own is first"
    file = owner.get(reverse("dashboard:invoices_csv"), asked)
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert {row["Number"] for row in rows} & ours == expected
    assert len(rows) == sum(one.count for one in sums.values())
    for currency, one in sums.items():
        of_file = [row for row in rows if row["Currency"] == currency]
        for column, total in (("Total", one.total), ("Paid", one.paid), ("Open", one.open)):
            assert round(sum(float(row[column]) for row in of_file) * 100) == total


@pytest.mark.usefixtures("later")
def test_an_invoice_of_a_client_is_found_by_the_clients_link(
    owner: Browser, invoices: dict[str, Invoice]
) -> None:
    page = owner.get(reverse("dashboard:invoices"), {"client": invoices["paid"].client_id})
    assert {row.client_id for row, *_ in page.context["rows"]} == {invoices["paid"].client_id}
    other = World().client("Stranger")
    page = owner.get(reverse("dashboard:invoices"), {"client": other.pk})
    assert not page.context["rows"] and "Stranger" not in page.content.decode()


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("sort", ["issued_on", "due_on", "number", "total", "client"])
@pytest.mark.parametrize("up", [True, False])
def test_every_column_sorts_both_ways(
    owner: Browser, invoices: dict[str, Invoice], sort: str, up: bool
) -> None:
    asked = {"sort": sort if up else f"-{sort}", "currency": "USD"}
    page = owner.get(reverse("dashboard:invoices"), asked)
    rows: list[Any] = [row for row, *_ in page.context["rows"]]
    values = [row.client.name if sort == "client" else getattr(row, sort) for row in rows]
    assert len(values) > 2 and values == sorted(values, reverse=not up)


@pytest.mark.parametrize("view", ["invoices", "invoices_csv", "aging"])
def test_queries_do_not_grow_from_ten_invoices_to_a_thousand(
    owner: Browser, world: World, view: str
) -> None:
    agreement = world.running()
    counts = []
    for more in (10, 990):
        fill(world, agreement, more)
        with CaptureQueriesContext(connection) as queries:
            page = owner.get(reverse(f"dashboard:{view}"), {"state": "open", "sort": "due_on"})
        assert page.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert view == "invoices_csv" or len(page.content) < 400_000


@pytest.mark.usefixtures("later")
def test_the_sums_add_up_with_what_was_credited_or_withheld(
    owner: Browser, invoices: dict[str, Invoice]
) -> None:
    page = owner.get(reverse("dashboard:invoices"), {"currency": "USD"})
    (sums,) = page.context["sums"]
    assert (sums.total, sums.paid, sums.open) == (9_000_00, 3_000_00, 3_000_00)
    assert sums.rest == 3_000_00, "the invoice that was voided by a credit note"
    assert REST in page.text
    page = owner.get(reverse("dashboard:invoices"), {"currency": "EUR"})
    assert REST not in page.text, "what is nothing is not shown"
