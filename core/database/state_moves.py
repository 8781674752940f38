"""Changes the state of rows, with a conditional UPDATE whose row count tells who came first.

Nothing else may assign a `state`, and a test of the whole tree checks it.
"""

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
    """Change the state of `row` to `to`, then refresh the row and return it.

    `table` maps every state to the states that may follow it. `sets` holds further columns for the
    same UPDATE. Raises NotAllowedNow if the change is not allowed or somebody else was faster.
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
    """Change the state of many rows, with one UPDATE for each state that they come from.

    Call it inside a transaction if either all rows or none must change. The objects in memory keep
    their old state. Raises NotAllowedNow if the change is not allowed for one of the rows or
    somebody else was faster.
    """
    by_state: dict[str, list[M]] = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row)  # type: ignore[attr-defined]  # callers pass such models
    for old, same_state in by_state.items():
        allowed = to in table.get(old, frozenset())
        if not allowed or _update(same_state, old, to, dict(sets or {})) != len(same_state):
            raise NotAllowedNow(
                _("This has changed meanwhile. Reload the page to see where it stands.")
            )


def _update(rows: Sequence[models.Model], old: str, to: str, changes: dict[str, Any]) -> int:
    unchanged = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows], state=old)
    return unchanged.update(state=to, **changes)
