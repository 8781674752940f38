"""Changes the state of collections and charges and logs each change, in the caller's transaction.

Every function here sets the fields in `sets` with the new state, and logs `why`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from billing.models import Charge, Collection, Transition
from billing.rules.states import (
    CHARGE,
    CHARGE_RETURNED,
    COLLECTION,
    COLLECTION_REOPENED,
    ChargeState,
)
from core.database.insert_rows import insert_rows
from core.database.state_moves import move, move_all


def move_collection(
    collection: Collection, to: str, *, now: datetime, why: str = "", **sets: Any
) -> Collection:
    """Move a collection to another state. Raises NotAllowedNow if its old state is outdated."""
    old = collection.state
    move(collection, to, COLLECTION, sets=sets)
    append_transitions([build_transition(collection, "collection", old, to, why, now)])
    return collection


def reopen_collection(
    collection: Collection, to: str, *, now: datetime, why: str, **sets: Any
) -> None:
    """Reopen a collection that is done, because its payment was reversed."""
    old = collection.state
    move(collection, to, COLLECTION_REOPENED, sets=sets)
    append_transitions([build_transition(collection, "collection", old, to, why, now)])


def return_charge(charge: Charge, *, now: datetime, why: str) -> None:
    """Store that the bank returned a direct debit that had succeeded."""
    old = charge.state
    move(charge, ChargeState.RETURNED, CHARGE_RETURNED)
    what = f"charge {charge.n}"
    append_transitions(
        [build_transition(charge.collection, what, old, ChargeState.RETURNED, why, now)]
    )


def move_charge(charge: Charge, to: str, *, now: datetime, why: str = "", **sets: Any) -> Charge:
    """Move a charge to another state. Raises NotAllowedNow if its old state is outdated."""
    old = charge.state
    move(charge, to, CHARGE, sets=sets)
    append_transitions(
        [build_transition(charge.collection, f"charge {charge.n}", old, to, why, now)]
    )
    return charge


def move_collections(
    rows: Sequence[Collection], to: str, *, now: datetime, why: str = "", **sets: Any
) -> None:
    """Move many collections in one query; the objects in memory keep their old state.

    Raises NotAllowedNow if one of them is no longer in its old state.
    """
    if rows:
        move_all(rows, to, COLLECTION, sets=sets)
        append_transitions(
            [build_transition(row, "collection", row.state, to, why, now) for row in rows]
        )


def move_charges(
    rows: Sequence[Charge], to: str, *, now: datetime, why: str = "", **sets: Any
) -> None:
    """Move many charges in one query; the objects in memory keep their old state.

    Raises NotAllowedNow if one of them is no longer in its old state.
    """
    if rows:
        move_all(rows, to, CHARGE, sets=sets)
        append_transitions(
            [
                build_transition(row.collection, f"charge {row.n}", row.state, to, why, now)
                for row in rows
            ]
        )


def build_transition(
    collection: Collection, what: str, old: str, new: str, why: str, now: datetime
) -> Transition:
    """Build one entry of the append-only log without saving it."""
    return Transition(
        business_id=collection.business_id,
        collection=collection,
        what=what,
        old=old,
        new=new,
        why=why[:120],
        at=now,
        created_at=now,
    )


def append_transitions(lines: Sequence[Transition]) -> None:
    """Append entries to the log."""
    insert_rows(lines)
