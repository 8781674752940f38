"""The one way a state changes: a conditional UPDATE whose row count says who won."""

from collections.abc import Mapping, Set
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from core.errors import NotAllowedNow

M = TypeVar("M", bound=models.Model)


def move(row: M, to: str, table: Mapping[Any, Set[Any]], *, sets: Mapping[str, Any] | None = None) -> M:
    """Move `row` to state `to` if `table` allows it and nobody moved it first; refresh and return the row.

    `sets` are columns written in the same UPDATE. Raises NotAllowedNow: the loser of a race learns it here.
    """
    old = row.state  # type: ignore[attr-defined]  # every row with states has the field
    changes = dict(sets or {})
    if to not in table.get(old, frozenset()) or not _update(row, old, to, changes):
        raise NotAllowedNow(_("This has changed meanwhile. Reload the page to see where it stands."))
    row.refresh_from_db(fields=["state", *changes])
    return row


def _update(row: models.Model, old: str, to: str, changes: dict[str, Any]) -> int:
    rows = type(row)._default_manager.filter(pk=row.pk, state=old)
    return rows.update(state=to, **changes)
