"""Finds invoices for the list: what was asked for, the sums of it, and the same as a table."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.books import asked_words, asking
from billing.invoices import still_to_come
from billing.models import Allocation, Invoice
from billing.models.payment import SettledBy
from billing.rules.aging import Age
from clients.models import Client
from core import money
from core.models import Business

READ_AT_ONCE = 2000  # rows of the table that are read together
OVERDUE = "overdue"
#: Money, by card or transfer, less what was taken back; and client credit, which was paid before.
PAID_BY = (SettledBy.PAYMENT, SettledBy.REVERSAL, SettledBy.BALANCE)


@dataclass(frozen=True)
class Wanted:
    """Which invoices are asked for; what is empty does not limit them.

    `state` is a state of an invoice, or "overdue". `since` and `until` are days of issue, both
    included.
    """

    term: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    client: UUID | None = None
    currency: str = ""
    age: Age | None = None


@dataclass(frozen=True)
class Sums:
    """The sums of the invoices asked for in one currency, in minor units.

    `paid` is what was paid of them, with client credit; `open` is what is still to be paid, and
    `overdue` the part of it whose due day has passed.
    """

    currency: str
    count: int
    total: int
    paid: int
    open: int
    overdue: int

    @property
    def rest(self) -> int:
        """What is neither paid nor to be paid: it is withheld, credited or written off."""
        return self.total - self.paid - self.open


def find(business: Business, wanted: Wanted, now: datetime) -> QuerySet[Invoice]:
    """Return the invoices that are asked for, to be ordered by the caller."""
    rows = Invoice.objects.filter(business=business)
    if wanted.term:
        named = Q(number__icontains=wanted.term) | Q(client__name__icontains=wanted.term)
        rows = rows.filter(named)
    if wanted.client:
        rows = rows.filter(client=wanted.client)
    if wanted.currency:
        rows = rows.filter(currency=wanted.currency)
    if wanted.since:
        rows = rows.filter(issued_on__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(issued_on__lte=wanted.until)
    if wanted.state and wanted.state != OVERDUE:
        rows = rows.filter(state=wanted.state)
    if wanted.state == OVERDUE or wanted.age:
        is_late = wanted.state == OVERDUE
        rows = rows.filter(still_to_come.with_lateness(rows, now, is_late=is_late, age=wanted.age))
    return rows


def sums(rows: QuerySet[Invoice], now: datetime) -> list[Sums]:
    """Add the invoices up, each currency by itself."""
    rows = rows.order_by()
    paid = dict(
        Allocation.objects.filter(invoice__in=rows, by__in=PAID_BY)
        .order_by()
        .values_list("invoice__currency")
        .annotate(Sum("amount"))
    )
    opened: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    for one in still_to_come.of_invoices(rows, now, "currency"):
        (currency,) = one.key
        opened[currency] += one.amount
        overdue[currency] += one.amount if one.late else 0
    return [
        Sums(
            currency,
            count,
            total,
            paid.get(currency, 0),
            opened[currency],
            overdue[currency],
        )
        for currency, count, total in rows.values_list("currency")
        .annotate(Count("pk"), Sum("total"))
        .order_by("currency")
    ]


def table(rows: QuerySet[Invoice], now: datetime) -> Iterator[list[object]]:
    """Yield the invoices as rows of a table, beginning with its headings.

    Amounts are decimal numbers; what is open is what `billing.rules.asking` asks.
    """
    yield [
        _("Number"),
        _("Issued"),
        _("Due"),
        _("Client"),
        _("Currency"),
        _("Before tax"),
        _("Tax"),
        _("Total"),
        _("Paid"),
        _("Credited"),
        _("Withheld"),
        pgettext("amount", "Open"),
        _("Days overdue"),
        _("Status"),
    ]
    yield from _table_rows(rows, now)


def _table_rows(rows: QuerySet[Invoice], now: datetime) -> Iterator[list[object]]:
    loaded = rows.select_related("client", "collection", "agreement").iterator(READ_AT_ONCE)
    while batch := list(islice(loaded, READ_AT_ONCE)):
        asked = asking.asked_of_all(batch, now=now)
        for row in batch:
            one = asked[row.pk]
            amounts = (row.subtotal, row.tax, row.total, one.paid + one.from_credit)
            more = (one.credited, one.certified + one.withheld, one.to_pay)
            yield [
                row.number,
                row.issued_on.isoformat(),
                row.due_on.isoformat(),
                row.client.name,
                row.currency,
                *(money.to_decimal(amount, row.currency) for amount in (*amounts, *more)),
                one.late or "",
                asked_words.describe(one, row.currency).label,
            ]


def clients_with_invoices(business: Business, limit: int) -> list[Client]:
    """Return the clients that have an invoice, by name; [] if there are more than `limit`."""
    rows = Client.objects.filter(business=business, invoices__isnull=False).distinct()
    found = list(rows.order_by("name_key", "pk")[: limit + 1])
    return found if len(found) <= limit else []


def currencies(business: Business) -> list[str]:
    """Return the currencies in which this business has invoiced."""
    rows = Invoice.objects.filter(business=business).order_by("currency")
    return list(rows.values_list("currency", flat=True).distinct())
