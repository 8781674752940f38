"""Moves a collection or a charge and writes the move down, in the caller's transaction."""

from datetime import datetime
from typing import Any

from billing.models import Charge, Collection, Transition
from billing.states import CHARGE, COLLECTION
from core.states import move


def move_collection(collection: Collection, to: str, *, now: datetime, why: str = "", **sets: Any) -> Collection:
    """Raises NotAllowedNow where somebody moved it first."""
    old = collection.state
    move(collection, to, COLLECTION, sets=sets)
    write(collection, "collection", old, to, why, now)
    return collection


def move_charge(charge: Charge, to: str, *, now: datetime, why: str = "", **sets: Any) -> Charge:
    """Raises NotAllowedNow where somebody moved it first."""
    old = charge.state
    move(charge, to, CHARGE, sets=sets)
    write(charge.collection, f"charge {charge.n}", old, to, why, now)
    return charge


def write(collection: Collection, what: str, old: str, new: str, why: str, now: datetime) -> None:
    """One line of the append-only log."""
    Transition.objects.create(
        business_id=collection.business_id,
        collection=collection,
        what=what,
        old=old,
        new=new,
        why=why[:120],
        at=now,
        created_at=now,
    )
