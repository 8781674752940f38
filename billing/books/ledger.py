"""The journal: entries are written in the transaction of the event; a client's credit is read."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from billing.models import JournalEntry
from billing.models.journal import Account
from clients.models import Client
from core.database.insert_rows import insert_rows


def build_entry(
    about: Any, kind: str, ref: Any, debit: str, credit: str, amount: int, on: date, now: datetime
) -> JournalEntry | None:
    """Build a journal entry without saving it; None if `amount` is 0.

    `about` is the row that names the business, the client and the currency. `amount` is in minor
    units. `kind` and `ref` identify the event, and `on` is the day it is booked on.
    """
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


def append_entries(rows: Iterable[JournalEntry | None]) -> None:
    """Append entries to the journal; None is skipped. The database refuses an event twice."""
    insert_rows(row for row in rows if row)


def client_credits(clients: Iterable[UUID]) -> dict[tuple[UUID, str], int]:
    """Return the credit of each client in each currency, in minor units.

    Lock the clients with `lock_clients` before any of the credit is spent.
    """
    amounts: dict[tuple[UUID, str], int] = {}
    of_credit = Q(debit=Account.CREDIT) | Q(credit=Account.CREDIT)
    rows = JournalEntry.objects.filter(of_credit, client__in=list(clients)).order_by()
    for client, currency, debit, amount in rows.values_list("client", "currency", "debit").annotate(
        Sum("amount")
    ):
        direction = -1 if debit == Account.CREDIT else 1
        amounts[client, currency] = amounts.get((client, currency), 0) + direction * amount
    return amounts


def client_credit(client_id: UUID, currency: str) -> int:
    """Return the credit of one client in one currency, in minor units."""
    return client_credits([client_id]).get((client_id, currency), 0)


def lock_clients(clients: Iterable[UUID]) -> None:
    """Lock clients until the transaction ends, so that their credit cannot be spent twice."""
    # The fixed order keeps two transactions from waiting for each other.
    list(
        Client.objects.select_for_update()
        .filter(pk__in=list(clients))
        .order_by("pk")
        .values_list("pk")
    )
