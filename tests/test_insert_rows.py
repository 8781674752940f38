"""Many rows are stored by `insert_rows` exactly as `bulk_create` stores them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import (
    Charge,
    Collection,
    Invoice,
    InvoiceLine,
    JournalEntry,
    PaidPart,
    Payment,
    Transition,
)
from billing.models.journal import Account
from core.database.frozen_rows import lifted
from core.database.ids import new_id
from core.database.insert_rows import insert_rows
from core.models import AuditEvent, OutboxEmail
from tests.world import NOW, World

WRITTEN = [
    Invoice,
    InvoiceLine,
    JournalEntry,
    Collection,
    Charge,
    Payment,
    PaidPart,
    Transition,
    OutboxEmail,
]
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda some: st.lists(some) | st.dictionaries(WORDS, some),
    max_leaves=5,
)


def stored(model: type[models.Model]) -> list[Any]:
    """Return all rows of a table, as the database has them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
        return cursor.fetchall()


def replaced(rows: list[Any], insert: Callable[[list[Any]], object]) -> list[Any]:
    """Return what is stored after these rows, the only ones of their table, are inserted anew."""
    model = type(rows[0])
    table = model._meta.db_table
    connection.check_constraints()
    with lifted(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM {table}")
        insert(rows)
        found = stored(model)
        connection.check_constraints()
    return found


def event(world: World, n: int, **fields: Any) -> AuditEvent:
    """An event in a chain of its own, not saved."""
    facts = {"event": "signed", "actor": "A", "at": NOW, "hash": "0", "created_at": NOW} | fields
    return AuditEvent(business=world.business, chain_id=new_id(), n=n, **facts)


@pytest.mark.parametrize("model", WRITTEN)
def test_what_billing_writes_is_stored_as_django_stores_it(
    world: World, model: type[models.Model]
) -> None:
    world.billed(tax_mode="added", taxes=[{"name": "VAT", "percent": "7"}])
    before, rows = stored(model), list(model._default_manager.order_by("pk"))
    assert before
    assert replaced(rows, model._default_manager.bulk_create) == before
    assert replaced(rows, insert_rows) == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=WORDS,
    data=st.dictionaries(WORDS, VALUES),
    moved=st.integers(-14, 14),
    n=st.integers(0, 2**31 - 1),
)
def test_any_value_is_stored_as_django_stores_it(
    world: World, words: str, data: Any, moved: int, n: int
) -> None:
    zone = timezone(timedelta(hours=moved))
    rows = [
        event(world, n, actor=words, data=data, at=datetime(2026, 3, 29, 2, 30, tzinfo=zone)),
        event(world, n, actor=mark_safe(words), ip="::1"),
        event(world, n, actor=Account.CASH, at=datetime(2028, 2, 29, tzinfo=UTC)),
        event(world, n, actor=lazystr(words), user_agent="\t\\N\\.\n"),
    ]
    with transaction.atomic():
        AuditEvent.objects.bulk_create(rows)
        wanted = stored(AuditEvent)
        transaction.set_rollback(True)
    with transaction.atomic():
        insert_rows(rows)
        assert stored(AuditEvent) == wanted
        transaction.set_rollback(True)


def test_if_the_database_refuses_one_row_none_is_there(world: World) -> None:
    first = event(world, 1)
    twice = event(world, 1, event="picked")
    twice.chain_id = first.chain_id
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([first, twice])
    assert not AuditEvent.objects.exists()


def test_inserted_rows_know_that_they_are_stored(world: World) -> None:
    row = event(world, 1)
    insert_rows([row])
    assert not row._state.adding and row._state.db == "default"
    insert_rows([])
    assert AuditEvent.objects.get() == row
