"""Empties the database after a test that commits: only tables with rows, and no trigger fires."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from core.database.frozen_rows import lifted

#: What a migration fills, and no test writes.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty() -> None:
    """Delete every row but those of migrations.

    Django's own `flush` truncates every table and makes all permissions anew: a second for a test.
    """
    with without_constraints(), connection.cursor() as cursor:
        for table in filled():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def filled() -> list[str]:
    """The names of the tables that have rows."""
    tables = sorted({*connection.introspection.django_table_names(only_existing=True)} - KEPT)
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]


@contextmanager
def without_constraints() -> Iterator[None]:
    """No trigger and no foreign key stops a row from being deleted inside this block."""
    if connection.vendor == "sqlite":
        with connection.constraint_checks_disabled(), lifted():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")
