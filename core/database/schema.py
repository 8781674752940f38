"""What differs between the database and this version: migrations, tables, columns."""

from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class Kind(Enum):
    """How a database can fail to fit."""

    EMPTY = "no tables"
    FOREIGN = "migrations of our apps are recorded that this version does not have"
    DIFFERENT = "tables or columns are not those that the recorded migrations make"
    BEHIND = "migrations wait to be applied"


COLUMNS = {  # (table, column, whether it may be NULL) of every table, in one query
    "sqlite": """SELECT t.name, c.name, NOT c."notnull" FROM sqlite_master t
        JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table'""",
    "postgresql": """SELECT t.relname, c.attname, NOT c.attnotnull FROM pg_attribute c
        JOIN pg_class t ON t.oid = c.attrelid
        WHERE c.attnum > 0 AND NOT c.attisdropped AND t.relkind IN ('r', 'p')
        AND pg_table_is_visible(t.oid) AND t.relnamespace <> 'pg_catalog'::regnamespace""",
}
Columns = dict[str, dict[str, bool]]  # table → column → whether it may be NULL


def difference(using: BaseDatabaseWrapper = connection) -> tuple[Kind, list[str]] | None:
    """The first kind of difference and its details, or None where the database fits.

    Raises django.db.Error where the database does not answer.
    """
    found = actual(using)
    if MigrationRecorder.Migration._meta.db_table not in found:
        if expected(apps).keys() & found.keys():
            return Kind.DIFFERENT, ["no migration is recorded"]
        return Kind.EMPTY, []
    loader = MigrationLoader(using)
    if unknown := unknown_migrations(MigrationRecorder(using).applied_migrations(), loader):
        return Kind.FOREIGN, unknown
    applied = set(loader.graph.nodes) & set(loader.applied_migrations)
    waiting = set(loader.graph.nodes) - applied
    models = loader.project_state(list(applied)).apps if waiting else apps
    if differences := list(compare(expected(models), found)):
        return Kind.DIFFERENT, differences
    return (Kind.BEHIND, _names(waiting)) if waiting else None


def unknown_migrations(
    applied: Iterable[tuple[str, str]], loader: MigrationLoader | None = None
) -> list[str]:
    """Migrations of our apps that are recorded as applied, but unknown to this version.

    A package may replace its migrations by new ones while the records of the old ones stay. That
    is no difference.
    """
    loader = loader or MigrationLoader(None)
    known = set(loader.disk_migrations)
    known |= {key for each in loader.disk_migrations.values() for key in each.replaces}
    ours = our_labels()
    return _names(key for key in applied if key[0] in ours and key not in known)


def compare(wanted: Columns, found: Columns) -> Iterable[str]:
    """Every difference in the tables that models have; other tables are nobody's concern."""
    for table, columns in sorted(wanted.items()):
        if table not in found:
            yield f"the table {table} is missing"
            continue
        there = found[table]
        for column in sorted(columns.keys() | there.keys()):
            if column not in there:
                yield f"{table} has no column {column}"
            elif column not in columns:
                yield f"{table} has a column {column} too many"
            elif columns[column] != there[column]:
                words = "may not be" if columns[column] else "may be"
                yield f"{table}.{column} {words} NULL"


def expected(models: Apps) -> Columns:
    """What the models of every app want, as they are or as they were after some migration."""
    return {
        model._meta.db_table: {
            field.column: field.null for field in model._meta.local_concrete_fields if field.column
        }
        for model in models.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def actual(using: BaseDatabaseWrapper = connection) -> Columns:
    """What the database has."""
    found: Columns = {}
    if not is_there(using):
        return found
    with using.cursor() as cursor:
        cursor.execute(COLUMNS[using.vendor])
        for table, column, may_be_null in cursor.fetchall():
            found.setdefault(table, {})[column] = bool(may_be_null)
    return found


def is_there(using: BaseDatabaseWrapper = connection) -> bool:
    """Whether the database can be asked without making it: SQLite makes a file that is missing."""
    if using.vendor != "sqlite":
        return True
    name = str(using.settings_dict["NAME"])
    return ":memory:" in name or "mode=memory" in name or Path(name).exists()


def our_labels() -> set[str]:
    """The apps whose migrations lie in this project."""
    folders = {app.label: Path(app.path) for app in apps.get_app_configs()}
    return {
        label
        for label, folder in folders.items()
        if settings.BASE_DIR in folder.parents and "site-packages" not in folder.parts
    }


def _names(keys: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(f"{label}.{name}" for label, name in keys)
