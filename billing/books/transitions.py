"""Moves collections and charges and writes each move down, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from billing.models import Charge, Collection, Transition
from billing.rules.states import CHARGE, COLLECTION
from core.database.state_moves import move, move_all


def move_collection(
    collection: Collection, to: str, *, now: datetime, why: str = "", **sets: Any
) -> Collection:
    """Raises NotAllowedNow where somebody moved it first."""
    old = collection.state
    move(collection, to, COLLECTION, sets=sets)
    write([transition(collection, "collection", old, to, why, now)])
    return collection


def move_charge(charge: Charge, to: str, *, now: datetime, why: str = "", **sets: Any) -> Charge:
    """Raises NotAllowedNow where somebody moved it first."""
    old = charge.state
    move(charge, to, CHARGE, sets=sets)
    write([transition(charge.collection, f"charge {charge.n}", old, to, why, now)])
    return charge


def move_collections(
    rows: Sequence[Collection], to: str, *, now: datetime, why: str = "", **sets: Any
) -> None:
    """Many at once; the rows in memory keep their old state. Raises NotAllowedNow."""
    if rows:
        move_all(rows, to, COLLECTION, sets=sets)
        write([transition(row, "collection", row.state, to, why, now) for row in rows])


def move_charges(
    rows: Sequence[Charge], to: str, *, now: datetime, why: str = "", **sets: Any
) -> None:
    """Many at once; the rows in memory keep their old state. Raises NotAllowedNow."""
    if rows:
        move_all(rows, to, CHARGE, sets=sets)
        write(
            [transition(row.collection, f"charge {row.n}", row.state, to, why, now) for row in rows]
        )


def transition(
    collection: Collection, what: str, old: str, new: str, why: str, now: datetime
) -> Transition:
    """One line of the append-only log, not yet written."""
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


def write(lines: Sequence[Transition]) -> None:
    """Append them."""
    Transition.objects.bulk_create(lines)
