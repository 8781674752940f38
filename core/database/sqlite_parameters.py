"""What SQLite needs beyond Django's support: larger batches, and a folder for its file.

Django assumes that a statement carries at most 999 parameters, the limit of SQLite versions before
2020. With the real limit a batch of 500 rows is one INSERT, as on PostgreSQL, instead of fifteen.
"""

import sqlite3
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def raise_parameter_limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Use the limit that a new connection reports (receiver of Django's connection_created)."""
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit


class Connection(sqlite3.Connection):
    """Makes the folder of the database when it is first opened: reading the settings makes none."""

    def __init__(self, database: str, *args: Any, **options: Any) -> None:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(database, *args, **options)
