"""Counts rows and adds up whole numbers, so that two states of a database can be compared."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from core.database import schema
from retainer_hub.backup.manifest import Tally


def of_models(using: BaseDatabaseWrapper) -> Tally:
    """Count and add up every table of this version's models, as far as the database has it.

    A backup is also made of a database that is still to be migrated (docs/upgrading.md).
    """
    there = schema.actual(using)
    wanted = {model._meta.db_table: _whole_numbers(model) for model in stored_models()}
    columns = {
        table: [name for name in names if name in there[table]]
        for table, names in wanted.items()
        if table in there
    }
    return _tally(using, columns)


def again(using: BaseDatabaseWrapper, known: Tally) -> Tally:
    """Count and add up what `known` has, in another database."""
    columns = {table: [name for name in found if name] for table, found in known.items()}
    return _tally(using, columns)


def differences(before: Tally, after: Tally) -> Iterator[str]:
    """Yield what differs, such as "billing_invoice.total: 500000 before, 400000 after"."""
    for table, found in sorted(before.items()):
        for column, value in found.items():
            if (there := after[table][column]) != value:
                name = f"{table}.{column}" if column else f"{table}, rows"
                yield f"{name}: {value} before, {there} after"


def stored_models() -> list[type[models.Model]]:
    """Return every model that has a table, those between two models included."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def _whole_numbers(model: type[models.Model]) -> list[str]:
    return [
        str(field.column)
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.IntegerField) and not field.primary_key
    ]


def _tally(using: BaseDatabaseWrapper, columns: dict[str, list[str]]) -> Tally:
    quote = using.ops.quote_name
    found: Tally = {}
    with using.cursor() as cursor:
        for table, names in columns.items():
            sums = "".join(f", COALESCE(SUM({quote(name)}), 0)" for name in names)
            cursor.execute(f"SELECT COUNT(*){sums} FROM {quote(table)}")  # noqa: S608 - quoted
            found[table] = dict(zip(["", *names], map(int, cursor.fetchone()), strict=True))
    return found
