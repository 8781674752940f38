"""The search finds everything of a business by words, a slip or a sum, and nothing of another's."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from billing.charging.refund import refund_invoice
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from clients.models import Client, Contact
from core.database.searched_table import PREFIX, Searched
from core.models import SearchEntry
from core.search.find import NAMES, NOTES, OTHERS, Hit, find
from dashboard.home.pages_by_name import PAGES
from delivery.hours import time_log
from delivery.requests import client_requests
from delivery.work.checklist_actions import open_checklists
from tests.world import NOW, World

Search = Callable[..., str]


@pytest.fixture
def search(world: World) -> Search:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")

    def ask(text: str, **more: str) -> str:
        return browser.get(reverse("dashboard:search"), {"q": text, **more}).text

    return ask


def kinds(world: World, text: str) -> list[str]:
    return [hit.kind for hit in find(world.business, text)]


def test_everything_that_was_missed_is_found(world: World, search: Search) -> None:
    agreement = world.signed(world.picked(), now=NOW)
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get()
    refund_invoice(
        invoice=invoice, amount=200_00, reason="Less work", actor="Nan", to_card=True, now=NOW
    )
    run_billing(now=NOW, door="test")
    person = world.person(agreement.client)
    client_requests.create_request(
        agreement=agreement, contact=person, text="A webinar in March", now=NOW
    )
    open_checklists(now=NOW)
    time_log.log_time(
        agreement=agreement, on=date(2026, 11, 2), minutes=30, note="Interview prep", now=NOW
    )
    note = invoice.credit_notes.get()
    wanted = {
        "ploy": person.email,
        "baan.example": "Ploy",
        "webinar": "A webinar in March",
        note.number: note.number,
        "CN-": note.number,
        invoice.number.lower(): invoice.number,
        "interview PREP": "Interview prep",
        "3,000": invoice.number,
        "200.00": note.number,
        "coffee baan": "Baan Coffee",
        "IBAN": reverse("dashboard:paying"),
        "posts": "posts",
    }
    for text, shown in wanted.items():
        assert shown in search(text, lines="1"), text


def test_what_is_renamed_corrected_or_deleted_is_found_as_it_is_now(world: World) -> None:
    client = world.client("Before")
    Client.objects.filter(pk=client.pk).update(name="After")
    assert kinds(world, "before") == []
    assert kinds(world, "after") == ["client"]
    client.contacts.all().delete()
    client.delete()
    assert not SearchEntry.objects.exists()


def test_a_sum_is_read_with_the_decimals_of_each_currency(world: World) -> None:
    """Both 1070 yen and 10.70 dollars are 1070 minor units."""
    yen, cents, dollars = (uuid4() for _ in range(3))
    SearchEntry.objects.bulk_create(
        SearchEntry(
            id=pk, business=world.business, kind="invoice", words="x", total=total, currency=code
        )
        for pk, total, code in ((yen, 1070, "JPY"), (cents, 1070, "USD"), (dollars, 107000, "USD"))
    )
    assert {hit.row_id for hit in find(world.business, "1,070")} == {yen, dollars}


def test_a_time_entry_that_was_removed_is_not_found(world: World) -> None:
    agreement = world.signed(world.picked(), now=NOW)
    run_billing(now=NOW, door="test")
    row = time_log.log_time(
        agreement=agreement, on=date(2026, 11, 2), minutes=30, note="Interview", now=NOW
    )
    assert kinds(world, "interview") == ["time"]
    time_log.delete_time(entry=row, now=NOW)
    assert kinds(world, "interview") == []


def test_names_come_before_what_only_mentions_them(world: World) -> None:
    world.proposal(world.client("Zeta"), title="Words for Aurora")
    world.client("Aurora GmbH")
    assert kinds(world, "aurora")[0] == "client"


@pytest.mark.parametrize("typed", ["Nortwind", "nrothwind labs", "Northwnd"])
def test_a_slip_finds_the_name_that_was_meant(world: World, search: Search, typed: str) -> None:
    world.client("Northwind Labs")
    world.client("Aurora GmbH")
    [hit] = find(world.business, typed)
    assert hit.is_guess
    page = search(typed)
    assert "Did you mean" in page
    assert "Northwind Labs" in page
    assert "Aurora" not in page


@pytest.mark.parametrize("typed", ["Cliant 0019", "0019 clinet"])
def test_a_slip_in_one_of_two_words_finds_the_one_that_has_the_other(
    world: World, search: Search, typed: str
) -> None:
    for n in range(30):
        world.client(f"Client {n:04}")
    first, *_others = find(world.business, typed)
    assert first.is_guess and Client.objects.get(pk=first.row_id).name == "Client 0019"
    page = search("Cliant 0019")
    assert "Client 0019" in page and "Client 0003" not in page


@pytest.mark.parametrize("typed", ["กาแฟ", "บ้านเรา", "แฟบ้าน"])
def test_thai_is_found_by_any_part(world: World, typed: str) -> None:
    world.client("ร้านกาแฟบ้านเรา")
    assert kinds(world, typed) == ["client"]


def test_an_umlaut_is_found_in_small_letters(world: World) -> None:
    world.client("Österreich Werbung")
    assert kinds(world, "österr") == ["client"]
    assert kinds(world, "ÖSTERR") == ["client"]


def test_one_or_two_letters_find_what_begins_with_them(world: World) -> None:
    world.client("Quiet Coffee")
    assert kinds(world, "q") == ["client"]
    assert kinds(world, "ie") == []


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'", "a\x00b", " ", "x" * 500, "🙂", "1e999"])
def test_no_text_is_too_strange(world: World, search: Search, typed: str) -> None:
    world.client("Baan Coffee")
    assert "Baan Coffee" not in search(typed, lines="1")


def test_another_business_is_not_searched(world: World, search: Search) -> None:
    other = World()
    other.client("Elsewhere Ltd")
    assert "Elsewhere Ltd" not in search("elsewhere")


def test_pages_and_actions_are_found_in_the_language_that_is_spoken(
    world: World, search: Search
) -> None:
    assert reverse("dashboard:client_new") in search("add a cl", lines="1")
    with translation.override("th"):
        names = [str(page.name) for page in PAGES]
    assert len({*names}) == len(names)
    for page in PAGES:
        assert reverse(f"dashboard:{page.url}")


def test_the_search_asks_the_database_as_often_for_many_rows_as_for_few(world: World) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert isinstance(find(world.business, "client 0")[0], Hit)
        return len(queries)

    own = {"business": world.business}

    def fill(numbers: range) -> None:
        rows = [Client(name=f"Client {n:04}", **own) for n in numbers]
        Client.objects.bulk_create(rows)
        Contact.objects.bulk_create(
            Contact(client=row, name=row.name, email="p@x.example", **own) for row in rows
        )

    fill(range(10))
    few = asked()
    fill(range(10, 300))
    assert asked() <= few <= 4


@pytest.mark.parametrize(
    ("typed", "most"),
    [
        ("nortwind", 4),
        ("aurora", 3),
        ("aurora gmbh", 3),
        ("auroar n012", 8),
        ("ploy12@baan.example", 7),
        ("INV-000012", 7),
        ("1,234.00", 7),
        ("กาแฟ", 3),
        ("no", 4),
    ],
)
def test_each_statement_of_a_search_finds_its_rows_in_an_index(
    world: World, typed: str, most: int
) -> None:
    """What makes a search quick among 100,000 clients; `bin/bench search` takes the time of it."""
    for name in ("Northwind Labs", "Aurora GmbH N012", "ร้านกาแฟบ้านเรา"):
        world.client(name)
    statements: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(keep):
        find(world.business, typed)
    assert 0 < len(statements) <= most
    for sql, parameters in statements:
        plan = plan_of(sql, parameters)
        by_words, kept = "words" in sql.split("WHERE")[1], "search_by_total"
        if by_words:
            kept = "search_by_words" if connection.vendor == "postgresql" else "search_by_kind"
        assert kept in plan, plan
        if by_words and connection.vendor == "sqlite":
            assert plan.count("(business_id=? AND kind=?)") == len(plan.splitlines()) == 1, plan


def plan_of(sql: str, parameters: Any) -> str:
    """The database's plan; on PostgreSQL one that reads no table to its end if an index answers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", parameters)
            return "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return "\n".join(row[3] for row in cursor.fetchall())


def test_every_table_that_is_searched_has_its_triggers_after_all_migrations(db: None) -> None:
    """On SQLite, a migration that rebuilds a table drops them silently."""
    migrations = MigrationLoader(connection).disk_migrations.values()
    searched = [
        step for each in migrations for step in each.operations if isinstance(step, Searched)
    ]
    source = "pg_trigger" if connection.vendor == "postgresql" else "sqlite_master"
    name = "tgname" if connection.vendor == "postgresql" else "name"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {source} WHERE {name} LIKE '{PREFIX}%'")
        found = {row[0] for row in cursor.fetchall()}
    verbs = ("insert", "update", "delete")
    assert found == {f"{PREFIX}{step.table}_{verb}" for step in searched for verb in verbs}
    assert {step.kind for step in searched} == {*NAMES, *OTHERS, *NOTES}
    kinds = {(step.table, step.kind) for step in searched}
    assert len(kinds) == len({step.kind for step in searched})
