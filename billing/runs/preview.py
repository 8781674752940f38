"""Previews what will be charged in the coming days.

It runs the billing job's own code in a transaction that is rolled back, so the preview cannot
differ from the job.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from agreements.running.periods import open_due
from billing.books import asking, owing
from billing.charging.issue import issue_invoices
from billing.models import Collection, Invoice
from billing.rules.asking import Way
from billing.rules.states import CollectionState
from core.continuity import standing
from core.dates import local_day
from core.models import Business


@dataclass(frozen=True)
class UpcomingInvoice:
    """An invoice that will be collected on the day `on` (in the agreement's time zone).

    `amount` is in minor units; `number` is "" if the invoice is not issued yet.
    """

    on: date
    client: str
    title: str
    currency: str
    amount: int
    way: Way
    number: str = ""

    @property
    def by_card(self) -> bool:
        """Whether the client's card is charged."""
        return self.way == Way.CARD

    @property
    def by_debit(self) -> bool:
        """Whether the client's bank account is debited."""
        return self.way == Way.DEBIT


def upcoming_invoices(
    business: Business, *, now: datetime, days: int = 30
) -> list[UpcomingInvoice]:
    """Return what will be collected within `days`, soonest first.

    Invoices that are issued already and wait for their day are included. While the installation
    stands still, this is what will be collected once it goes on.
    """
    until = now + timedelta(days=days)
    with standing.trying(), transaction.atomic():
        before = set(Invoice.objects.filter(business=business).values_list("pk", flat=True))
        open_due(now=until, only=business)
        issue_invoices(now=until, only=business)
        rows = _read(business, before, until)
        transaction.set_rollback(True)
    return sorted(rows, key=lambda row: (row.on, row.client))


def totals_by_currency(rows: list[UpcomingInvoice]) -> list[tuple[str, int]]:
    """Add up the amounts by currency, in minor units; currencies are never added (rule 13)."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + row.amount
    return sorted(sums.items())


def _read(business: Business, before: set[UUID], until: datetime) -> list[UpcomingInvoice]:
    waiting = Collection.objects.filter(
        business=business, state__in=(CollectionState.READY, CollectionState.SENT)
    )
    related = waiting.select_related(
        "invoice__client", "invoice__agreement", "invoice__period", "invoice__upgrade"
    )
    collections = [
        collection
        for collection in related
        if collection.state == CollectionState.READY or collection.invoice_id not in before
    ]
    owed = owing.amounts_owed([collection.invoice for collection in collections])
    ways = asking.ways(collection.invoice for collection in collections)
    coming_rows = []
    for collection in collections:
        invoice = collection.invoice
        is_new = invoice.pk not in before
        billed = invoice.upgrade or invoice.period
        at = billed.due_at if is_new and billed else collection.next_at
        if at and at <= until:
            coming_rows.append(
                UpcomingInvoice(
                    local_day(at, invoice.zone),
                    invoice.client.name,
                    invoice.service,
                    invoice.currency,
                    owed[invoice.pk],
                    ways[invoice.pk] if collection.state == CollectionState.READY else Way.TRANSFER,
                    "" if is_new else invoice.number,
                )
            )
    return coming_rows
