"""What will be charged in the coming days: the job's own code, in a transaction that is taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from agreements.running.periods import open_due
from billing.books import owing
from billing.charging.issue import issue_due
from billing.models import Collection, Invoice
from billing.rules.states import CollectionState
from core.dates import local_day
from core.models import Business


@dataclass(frozen=True)
class Coming:
    """One invoice that will be collected. `number` is "" while it is not issued; amounts are minor units."""

    on: date
    client: str
    title: str
    currency: str
    amount: int
    by_card: bool
    number: str = ""


def coming(business: Business, *, now: datetime, days: int = 30) -> list[Coming]:
    """Soonest first; what is owed already and waits for its day is among it."""
    until = now + timedelta(days=days)
    with transaction.atomic():
        before = set(Invoice.objects.filter(business=business).values_list("pk", flat=True))
        open_due(now=until, only=business)
        issue_due(now=until, only=business)
        found = _read(business, before, until)
        transaction.set_rollback(True)
    return sorted(found, key=lambda each: (each.on, each.client))


def totals(rows: list[Coming]) -> list[tuple[str, int]]:
    """Per currency; currencies are never added (rule 13)."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + row.amount
    return sorted(sums.items())


def _read(business: Business, before: set[UUID], until: datetime) -> list[Coming]:
    waits = Collection.objects.filter(
        business=business, state__in=(CollectionState.READY, CollectionState.SENT)
    )
    related = waits.select_related(
        "invoice__client", "invoice__agreement", "invoice__period", "invoice__upgrade"
    )
    rows = [
        row for row in related if row.state == CollectionState.READY or row.invoice_id not in before
    ]
    owed = owing.of([row.invoice for row in rows])
    found = []
    for row in rows:
        invoice, agreement = row.invoice, row.invoice.agreement
        is_new = invoice.pk not in before
        at = (invoice.upgrade or invoice.period).due_at if is_new else row.next_at
        if at and at <= until:
            found.append(
                Coming(
                    local_day(at, agreement.time_zone),
                    invoice.client.name,
                    agreement.title,
                    invoice.currency,
                    owed[invoice.pk],
                    row.state == CollectionState.READY,
                    "" if is_new else invoice.number,
                )
            )
    return found
