"""Copies every row of a SQLite database into an empty database of PostgreSQL, in one transaction.

Both have the tables of this version. Values go through the fields of the models, because the two
databases store them differently. The index of the search is not copied: its triggers write it.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from core.models import SearchEntry
from retainer_hub.backup.databases import tally
from retainer_hub.backup.errors import BackupError

ROWS = 2000  # read at a time


def move(source: BaseDatabaseWrapper, *, then: str) -> None:
    """Copy all rows, run the statement `then`, and compare both sides before it is committed.

    Raises BackupError; then the target is as empty as before.
    """
    found = [model for model in tally.stored_models() if model is not SearchEntry]
    connections[source.alias] = source
    try:
        with transaction.atomic():
            _empty([*found, SearchEntry])
            for model in found:
                _copy(model, source.alias)
            _set_sequences(found)
            _compare(source)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(then)
    except (DatabaseError, psycopg.Error) as error:  # Django does not wrap what COPY raises
        why = str(error).splitlines()[0]  # the lines after it quote the row
        raise BackupError(_("A row could not be stored: %(why)s") % {"why": why}) from error
    finally:
        del connections[source.alias]


def _empty(found: list[type[models.Model]]) -> None:
    """Delete what migrations have written: the archive has it, too."""
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in found)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def _copy(model: type[models.Model], alias: str) -> None:
    fields = model._meta.local_concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    into = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in _rows(model, fields, alias):
            copy.write_row(row)


def _rows(model: type[models.Model], fields: Any, alias: str) -> Iterator[list[Any]]:
    """Yield the values of each row as PostgreSQL takes them."""
    found = model._base_manager.using(alias).order_by()
    for row in found.iterator(chunk_size=ROWS):
        yield [field.get_db_prep_save(row.__dict__[field.attname], connection) for field in fields]


def _set_sequences(found: list[type[models.Model]]) -> None:
    """Let the next row of each table get the number after the last one."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)


def _compare(source: BaseDatabaseWrapper) -> None:
    before = tally.of_models(source)
    differing = list(tally.differences(before, tally.again(connection, before)))
    if differing:
        sentence = _("The copied rows differ from the archive: %(differences)s")
        raise BackupError(sentence % {"differences": "; ".join(differing[:5])})
