"""Spoils a row of one tenant as restores, old versions and disks do; returns what mends it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Model

from core.database.frozen_rows import lifted
from core.models import Business, Document

Mend = Callable[[], None]
TRIGGERS = count()


@contextmanager
def unfrozen(table: str) -> Iterator[None]:
    """Issued rows of the table can be changed inside this block."""
    if connection.vendor == "sqlite":
        with lifted():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def put(row: Model, **columns: Any) -> Mend:
    """Store other values in a row, frozen or not."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    before = rows.values(*columns).get()

    def write(values: dict[str, Any]) -> None:
        with unfrozen(row._meta.db_table):
            rows.update(**values)

    write(columns)
    return lambda: write(before)


def refused(table: str, business: Business, verb: str = "INSERT") -> Mend:
    """Let the database refuse this business's rows of a table, as a constraint does."""
    name = f"poison_{next(TRIGGERS)}"
    own = business.pk.hex if connection.vendor == "sqlite" else str(business.pk)
    when = f"WHEN (NEW.business_id = '{own}')"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            body = "BEGIN SELECT RAISE(ABORT, 'constraint failed: poison'); END"
        else:
            body = "EXECUTE FUNCTION rh_refuse()"
        cursor.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {when} {body}")

    def mend() -> None:
        with connection.cursor() as cursor:
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER {name}{on}")

    return mend


def refused_row(row: Model, verb: str) -> Mend:
    """Let the database refuse to change or delete one row, as a constraint does."""
    name, table = f"poison_{next(TRIGGERS)}", row._meta.db_table
    key = row.pk.hex if isinstance(row.pk, UUID) and connection.vendor == "sqlite" else row.pk
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            body = "BEGIN SELECT RAISE(ABORT, 'constraint failed: poison'); END"
        else:
            body = "EXECUTE FUNCTION rh_refuse()"
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW "
            f"WHEN (OLD.id = '{key}') {body}"
        )

    def mend() -> None:
        with connection.cursor() as cursor:
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER {name}{on}")

    return mend


def without_file(document: Document) -> Mend:
    """Take a stored document's file away."""
    path = Path(settings.MEDIA_ROOT) / document.path
    content = path.read_bytes()
    path.unlink()
    return lambda: path.write_bytes(content) and None
