"""Ids under which a gateway knows what it is asked for, derived from what the money is for.

If our database goes back to an earlier state, the same period is asked for under the same ids
again, so that the gateway recognises it (docs/charging.md). Everything here is pure.
"""

import uuid
from collections.abc import Iterable
from datetime import date
from uuid import UUID

ROOT = UUID("6f1d6c1e-5a0b-5d0e-9c55-5e1f0c1b7a46")


def reference_of(agreement: UUID, kind: str, period_start: date) -> UUID:
    """Return the id of what an invoice bills: this kind of service, from this day."""
    return uuid.uuid5(ROOT, f"{agreement} {kind} {period_start.isoformat()}")


def one_off_of(client: UUID, what: str, before: int) -> UUID:
    """Return the id of what a one-off invoice bills.

    `what` is its currency, amount and text, and `before` how many alike this client had before.
    """
    return uuid.uuid5(ROOT, f"{client} one-off {before} {what}")


def waiting_lines_of(agreement: UUID, lines: Iterable[str]) -> UUID:
    """Return the id of what the invoice of an agreement's last lines bills."""
    return uuid.uuid5(ROOT, f"{agreement} lines {' '.join(sorted(lines))}")


def first_key(reference: UUID) -> UUID:
    """Return the key under which the first payment object for a reference is made."""
    return uuid.uuid5(reference, "first")


def next_key(key: UUID) -> UUID:
    """Return the key of the object that takes the place of the one made under `key`."""
    return uuid.uuid5(key, "next")


def object_key(key: UUID, amount: int) -> UUID:
    """Return the key under which a prepared gateway makes the object of `key` for that amount.

    `amount` is in minor units. A gateway refuses another amount under a key that it knows.
    """
    return uuid.uuid5(key, f"object {amount}")


def charge_id(key: UUID, handle: str, n: int, token: str) -> UUID:
    """Return the id of the invoice's n-th charge, which is sent to the object `handle`.

    `key` is the collection's, and `token` the gateway's id of the card. Books that went back may
    have sent the n-th charge to another object (of another amount) or for another card, and a
    gateway refuses either under an id that it knows.
    """
    return uuid.uuid5(key, f"charge {handle} {n} {token}")


def paper(what: str, detail: str, amount: int) -> UUID:
    """Return the id of a document: what it is for, a detail, and its amount in minor units."""
    return uuid.uuid5(ROOT, f"{what} {detail} {amount}")
