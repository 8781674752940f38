"""Writes the journal: every money event, in the transaction of the event; and reads a client's credit from it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from billing.models import JournalEntry
from billing.models.journal import Account
from clients.models import Client


def entry(
    about: Any, kind: str, ref: Any, debit: str, credit: str, amount: int, on: date, now: datetime
) -> JournalEntry | None:
    """One row, not yet written; None where nothing moves. `about` has the business, client and currency."""
    if not amount:
        return None
    return JournalEntry(
        business_id=about.business_id,
        client_id=about.client_id,
        kind=kind,
        ref=str(ref),
        debit=debit,
        credit=credit,
        currency=about.currency,
        amount=amount,
        on=on,
        created_at=now,
    )


def write(rows: Iterable[JournalEntry | None]) -> None:
    """Append them. The same fact a second time is refused by the database."""
    JournalEntry.objects.bulk_create([row for row in rows if row])


def credits(clients: Iterable[UUID]) -> dict[tuple[UUID, str], int]:
    """What is held for each client, per currency. Lock the clients (`hold`) before spending any of it."""
    found: dict[tuple[UUID, str], int] = {}
    both = Q(debit=Account.CREDIT) | Q(credit=Account.CREDIT)
    rows = JournalEntry.objects.filter(both, client__in=list(clients)).order_by()
    for client, currency, debit, amount in rows.values_list("client", "currency", "debit").annotate(
        Sum("amount")
    ):
        sign = -1 if debit == Account.CREDIT else 1
        found[client, currency] = found.get((client, currency), 0) + sign * amount
    return found


def credit_of(client_id: UUID, currency: str) -> int:
    """What is held for one client in one currency, minor units."""
    return credits([client_id]).get((client_id, currency), 0)


def hold(clients: Iterable[UUID]) -> None:
    """Lock clients until the transaction ends, so that their credit is spent once."""
    list(
        Client.objects.select_for_update()
        .filter(pk__in=list(clients))
        .order_by("pk")
        .values_list("pk")
    )
