"""Lists of the admin site read as many rows, with as many queries, however many there are."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import BooleanField, Index, UniqueConstraint
from django.db.models.functions import Lower
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.models import Client, Contact
from core.models import Business, Document, OutboxEmail, User
from core.models.audit import SafetyKind, SecurityEvent
from core.web.admin_site import bounded
from core.web.admin_site.rows import RowAdmin
from tests.browsers import logged_in
from tests.world import World

FEW, MANY = 600, 2400
#: A list, and what is asked of it, with the only client or email that fits.
ASKED = (
    ("core_outboxemail", ""),
    ("core_outboxemail", "p=4"),
    ("core_outboxemail", "state__exact=failed"),
    ("core_outboxemail", "q=once@studio.example"),
    ("core_outboxemail", "q=Nothing like it"),
    ("core_securityevent", "kind__exact=bank"),
    ("core_document", "q=" + "ab" * 32),
    ("clients_client", "q=the very last"),
    ("clients_client", "state__exact=won"),
    ("clients_contact", "q=first@client.example"),
    ("clients_contact", "o=1"),
)


@pytest.fixture
def boss(db: None) -> Browser:
    return logged_in(User.objects.create_superuser("root@studio.example", "a quiet river 42"))


def lists() -> list[RowAdmin]:
    return [one for one in admin.site._registry.values() if isinstance(one, RowAdmin)]


def fill(business: Business, count: int) -> None:
    """Insert so many rows of the longest lists, as they come: the oldest is found by an index."""
    now = timezone.now()
    own = {"business": business}
    emails = [
        OutboxEmail(
            kind="note",
            ref=f"{now}{n}",
            to="once@studio.example" if n == 0 else "a@b.example",
            subject="Hello",
            text="Hello",
            state="sent",
            **own,
        )
        for n in range(count)
    ]
    OutboxEmail.objects.bulk_create(emails)
    SecurityEvent.objects.bulk_create(
        SecurityEvent(kind=SafetyKind.SIGNED_IN, what="signed_in", created_at=now, **own)
        for _ in range(count)
    )
    Document.objects.bulk_create(
        Document(kind="invoice", title="I", sha256=f"{n}:{now.timestamp()}"[:64], size=1, **own)
        for n in range(count)
    )
    clients = [Client(name="The very last" if n == 0 else f"C{n}", **own) for n in range(count)]
    Client.objects.bulk_create(clients)
    Contact.objects.bulk_create(
        Contact(
            client=row,
            name="P",
            email="first@client.example" if n == 0 else f"p{n}@x.example",
            **own,
        )
        for n, row in enumerate(clients)
    )


def steps(ask: Callable[[], Any]) -> int:
    """How much the database does: steps of SQLite's machine, or rows that PostgreSQL reads."""
    if connection.vendor == "sqlite":
        done = [0]

        def count() -> int:
            done[0] += 1
            return 0

        own: sqlite3.Connection = connection.connection
        own.set_progress_handler(count, 100)
        try:
            ask()
        finally:
            own.set_progress_handler(None, 0)
        return done[0] * 100
    with CaptureQueriesContext(connection) as asked:
        ask()
    return sum(_rows_read(query["sql"]) for query in asked if query["sql"].startswith("SELECT"))


def _rows_read(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql.replace("%", "%%"), [])
        plan = cursor.fetchone()[0][0]["Plan"]
    return _of_plan(plan)


def _of_plan(plan: dict[str, Any]) -> int:
    read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return int(read * plan["Actual Loops"]) + sum(map(_of_plan, plan.get("Plans", [])))


def test_a_list_reads_as_much_of_many_rows_as_of_few(
    world: World, boss: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "NEWEST", 200)
    monkeypatch.setattr(bounded, "COUNTED", 300)
    monkeypatch.setattr(bounded, "VALUES", 200)
    fill(world.business, FEW)
    few = {one: _cost(boss, *one) for one in ASKED}
    fill(world.business, MANY)
    for one in ASKED:
        work, queries = _cost(boss, *one)
        assert queries == few[one][1], one
        assert work <= few[one][0] * 1.3 + 2000, (one, few[one][0], work)


def _cost(browser: Browser, name: str, asked: str) -> tuple[int, int]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    url = reverse(f"admin:{name}_changelist") + f"?{asked}"
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return steps(lambda: browser.get(url)), len(queries)


def test_what_a_search_finds_among_all_rows_leads_an_index() -> None:
    """Neither does a list sort by what has none, or offer all values that a table has."""
    for one in lists():
        meta = one.model._meta
        leading = {_leads(index) for index in meta.indexes}
        leading |= {_leads(rule) for rule in meta.constraints if isinstance(rule, UniqueConstraint)}
        leading |= {field.name for field in meta.fields if field.db_index or field.unique}
        for name in one.found_by:
            wanted = name if isinstance(name, str) else f"lower {_field_of(name)}"
            assert wanted in leading, (one, wanted)
        for name in (*one.neighbours, *one.found_through):
            assert meta.get_field(name).is_relation
        assert list(one.ordering) == ["-pk"]
        for asked in one.list_filter:
            field = meta.get_field(asked if isinstance(asked, str) else asked[0])
            is_short = bool(field.choices) or isinstance(field, BooleanField)
            assert is_short or asked[1] in (bounded.NewestValues, admin.EmptyFieldListFilter)


def _leads(index: Index | UniqueConstraint) -> str:
    """The column that an index begins with: a search for it reads no other row."""
    if index.condition is not None:
        return ""
    if index.fields:
        return str(index.fields[0])
    first = index.expressions[0]
    return f"lower {_field_of(first)}" if isinstance(first, Lower) else ""


def _field_of(expression: Lower) -> str:
    return str(expression.get_source_expressions()[0].name)
