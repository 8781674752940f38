"""Database triggers that make issued rows unchangeable, on SQLite and PostgreSQL (rule 17).

On SQLite a migration that rebuilds a table drops its triggers, and must end with a Freeze of its
own.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration

from core.database.sql_operation import SqlOperation, drop_triggers

PREFIX = "rh_frozen_"
REFUSE = (
    "CREATE OR REPLACE FUNCTION rh_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'issued rows do not change: %', TG_TABLE_NAME "
    "USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


class Freeze(SqlOperation):
    """Migration operation: forbid DELETE on `table`, and UPDATE of `columns` (default: of all).

    `when` is an SQL condition on OLD; the triggers refuse only rows for which it holds. Without it
    they refuse every row. `again` replaces the triggers that the table has, for more columns or
    after its table was rebuilt. `also` names a second pair of triggers of the same table.
    """

    def __init__(
        self,
        table: str,
        columns: Sequence[str] = (),
        *,
        when: str = "",
        again: bool = False,
        also: str = "",
    ) -> None:
        self.table, self.columns, self.when, self.again = table, tuple(columns), when, again
        self.also = also

    def deconstruct(self) -> tuple[str, Sequence[object], dict[str, object]]:
        options = {"when": self.when, "again": self.again, "also": self.also}
        return (self.__class__.__name__, [self.table, self.columns], options)

    def describe(self) -> str:
        return f"Freeze issued rows of {self.table}"

    def forwards(self, vendor: str) -> list[str]:
        freeze = freeze_statements(vendor, self.table, self.columns, self.when, self.also)
        return [*self.backwards(vendor), *freeze] if self.again else freeze

    def backwards(self, vendor: str) -> list[str]:
        name = f"{PREFIX}{self.table}{self.also}"
        return drop_triggers(vendor, self.table, name, ("update", "delete"))


def in_force(migrations: Iterable[Migration]) -> list[Freeze]:
    """The Freezes that hold after these migrations, in the order in which they were applied."""
    last = {
        (operation.table, operation.also): operation
        for migration in migrations
        for operation in migration.operations
        if isinstance(operation, Freeze)
    }
    return list(last.values())


def freeze_again(freezes: Iterable[Freeze]) -> None:
    """Make triggers that an operation which was taken back has dropped."""
    with connection.cursor() as cursor:
        for each in freezes:
            drop = each.backwards(connection.vendor)
            make = freeze_statements(
                connection.vendor, each.table, each.columns, each.when, each.also
            )
            for statement in [*drop, *make]:
                cursor.execute(statement)


def freeze_statements(
    vendor: str, table: str, columns: Sequence[str], when: str, also: str = ""
) -> list[str]:
    """The SQL that creates the triggers of `table`."""
    names = ", ".join(f'"{column}"' for column in columns)
    verbs = {"update": f"UPDATE OF {names}" if names else "UPDATE", "delete": "DELETE"}
    guard = f"WHEN ({when}) " if when else ""
    if vendor == "postgresql":
        action = "EXECUTE FUNCTION rh_refuse()"
    else:
        action = f"BEGIN SELECT RAISE(ABORT, 'issued rows do not change: {table}'); END"
    triggers = [
        f"CREATE TRIGGER {PREFIX}{table}{also}_{name} BEFORE {verb} ON {table} "
        f"FOR EACH ROW {guard}{action}"
        for name, verb in verbs.items()
    ]
    return [REFUSE, *triggers] if vendor == "postgresql" else triggers


@contextmanager
def lifted(using: BaseDatabaseWrapper = connection) -> Iterator[None]:
    """Drop the triggers inside this block, so that a test or demo database can be emptied.

    SQLite only: PostgreSQL empties tables with TRUNCATE, which fires no row triggers.
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
