"""Lets a statement carry as many parameters as this SQLite takes; Django assumes the 999 of versions before 2020.

With it a batch of 500 rows is one INSERT, as on PostgreSQL, and not fifteen.
"""

import sqlite3
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def widen(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Ask each new connection for its own limit (receiver of connection_created)."""
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit
