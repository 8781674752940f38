"""Database triggers that make issued rows unchangeable, on SQLite and PostgreSQL alike (rule 17).

SQLite loses a table's triggers when a later migration rebuilds it: such a migration freezes it again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PREFIX = "rh_frozen_"
REFUSE = (
    "CREATE OR REPLACE FUNCTION rh_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'issued rows do not change: %', TG_TABLE_NAME "
    "USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


class Freeze(migrations.RunPython):
    """Migration step: forbid DELETE on `table`, and UPDATE of `columns` (all columns when none are named).

    `when` is SQL over OLD that says from when on an UPDATE is refused; empty: from the first moment.
    """

    def __init__(self, table: str, columns: Sequence[str] = (), *, when: str = "") -> None:
        self.table, self.columns, self.when = table, tuple(columns), when
        super().__init__(self.forwards, self.backwards)

    def deconstruct(self) -> tuple[str, Sequence[object], dict[str, object]]:
        return (self.__class__.__name__, [self.table, self.columns], {"when": self.when})

    def forwards(self, apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in create(
            schema_editor.connection.vendor, self.table, self.columns, self.when
        ):
            schema_editor.execute(statement, params=None)

    def backwards(self, apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
        on = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for verb in ("update", "delete"):
            statement = f"DROP TRIGGER IF EXISTS {PREFIX}{self.table}_{verb}{on}"
            schema_editor.execute(statement, params=None)


def create(vendor: str, table: str, columns: Sequence[str], when: str) -> list[str]:
    """The SQL that freezes `table`. Names come from our own migrations, never from a person."""
    names = ", ".join(f'"{column}"' for column in columns)
    verbs = {"update": f"UPDATE OF {names}" if names else "UPDATE", "delete": "DELETE"}
    guard = f"WHEN ({when}) " if when else ""
    if vendor == "postgresql":
        action = "EXECUTE FUNCTION rh_refuse()"
    else:
        action = f"BEGIN SELECT RAISE(ABORT, 'issued rows do not change: {table}'); END"
    triggers = [
        f"CREATE TRIGGER {PREFIX}{table}_{name} BEFORE {verb} ON {table} FOR EACH ROW {guard}{action}"
        for name, verb in verbs.items()
    ]
    return [REFUSE, *triggers] if vendor == "postgresql" else triggers


@contextmanager
def lifted(using: BaseDatabaseWrapper = connection) -> Iterator[None]:
    """SQLite only: take the triggers away and put them back, for emptying a test or demo database.

    PostgreSQL empties tables with TRUNCATE, which row triggers do not see.
    """
    if using.vendor != "sqlite":
        yield
        return
    with using.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
            [f"{PREFIX}%"],
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        with using.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)
