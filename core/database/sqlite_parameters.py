"""Lets an SQL statement carry as many parameters as this SQLite accepts.

Django assumes 999, the limit of SQLite versions before 2020. With the real limit a batch of 500
rows is one INSERT, as on PostgreSQL, instead of fifteen.
"""

import sqlite3
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def raise_parameter_limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Use the limit that a new connection reports (receiver of Django's connection_created)."""
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit
