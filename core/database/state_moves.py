"""The one way a state changes: a conditional UPDATE whose row count says who won."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from core.errors import NotAllowedNow

M = TypeVar("M", bound=models.Model)


def move(
    row: M, to: str, table: Mapping[Any, Set[Any]], *, sets: Mapping[str, Any] | None = None
) -> M:
    """Move `row` to state `to` if `table` allows it and nobody moved it first; refresh and return the row.

    `sets` are columns written in the same UPDATE. Raises NotAllowedNow: the loser of a race learns it here.
    """
    move_all([row], to, table, sets=sets)
    row.refresh_from_db(fields=["state", *(sets or {})])
    return row


def move_all(
    rows: Sequence[M],
    to: str,
    table: Mapping[Any, Set[Any]],
    *,
    sets: Mapping[str, Any] | None = None,
) -> None:
    """Move every row, in one UPDATE for each state they come from. All or none, if in a transaction.

    The rows in memory keep their old state. Raises NotAllowedNow where one may not move or was moved meanwhile.
    """
    by_state: dict[str, list[M]] = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row)  # type: ignore[attr-defined]  # every row with states has the field
    for old, some in by_state.items():
        if to not in table.get(old, frozenset()) or _update(some, old, to, dict(sets or {})) != len(
            some
        ):
            raise NotAllowedNow(
                _("This has changed meanwhile. Reload the page to see where it stands.")
            )


def _update(rows: Sequence[models.Model], old: str, to: str, changes: dict[str, Any]) -> int:
    found = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows], state=old)
    return found.update(state=to, **changes)
