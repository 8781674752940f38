"""Reads the query string of an address. Anybody can write anything there, so nothing raises.

    text(request.GET, "state")    "open", or "" if it is missing
    day(request.GET, "on")        date(2026, 11, 29), or None
    row_id(request.GET, "client") "0197…", or "" if it is no id
    whole(request.POST["place"])  12, or None if it is no whole number

Lists read their position in `core.web.keyset_pages`, and forms validate their own fields.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

LONGEST = 255  # characters
WHOLE = re.compile(r"[0-9]{1,8}")


def text(query: Mapping[str, Any], name: str) -> str:
    """The value of `name`, at most 255 characters.

    NUL characters are removed, since PostgreSQL cannot store or compare them.
    """
    return str(query.get(name) or "").replace("\x00", "").strip()[:LONGEST]


def day(query: Mapping[str, Any], name: str) -> date | None:
    """The day (YYYY-MM-DD) within 2000–2099."""
    try:
        found = date.fromisoformat(text(query, name))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def whole(text: str) -> int | None:
    """The number that a text writes in one to eight digits; None for any other text."""
    return int(text) if WHOLE.fullmatch(text) else None


def row_id(query: Mapping[str, Any], name: str) -> str:
    """The id of a row, as text."""
    try:
        return str(UUID(text(query, name)))
    except ValueError:
        return ""
