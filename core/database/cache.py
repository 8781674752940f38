"""The cache: in the database, so that it is shared by all processes and needs no other server.

allauth counts its attempts in it and remembers used codes, so an entry must not be lost early.
"""

import re
from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections

from core.digest import digest

PLAIN = re.compile(r"[!-~]{1,200}")  # what every cache takes as a key


class Cache(DatabaseCache):
    """Django's database cache, which deletes what has expired, and nothing else.

    Django's own would also delete entries that are in use once there are more than MAX_ENTRIES.
    Here that is only the number from which on each write deletes what has expired.
    """

    _table: str  # set by Django, whose types leave it out

    def make_key(self, key: Any, version: int | None = None) -> str:
        """The key as it is stored: what came from an address is hashed unless it is plain."""
        plain = str(key)
        return super().make_key(plain if PLAIN.fullmatch(plain) else digest(plain), version)

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        operations = connections[db].ops
        table, expires = map(operations.quote_name, (self._table, "expires"))
        over = [operations.adapt_datetimefield_value(now)]
        cursor.execute(f"DELETE FROM {table} WHERE {expires} < %s", over)  # noqa: S608 - quoted names
