"""What invoices still owe: their totals less what was allocated to them (rule 18)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum

from billing.models import Allocation, Invoice
from core.money import prorate


def of(invoices: Iterable[Invoice]) -> dict[UUID, int]:
    """Minor units that are left to pay, per invoice id. To spend it, lock the collection first."""
    rows = list(invoices)
    settled = (
        Allocation.objects.filter(invoice__in=[row.pk for row in rows])
        .order_by()
        .values_list("invoice")
    )
    sums = dict(settled.annotate(Sum("amount")))
    return {row.pk: row.total - sums.get(row.pk, 0) for row in rows}


def owed(invoice: Invoice) -> int:
    """What is left to pay of one, minor units."""
    return of([invoice])[invoice.pk]


def withholding(invoice: Invoice) -> int:
    """What the client may keep back for a certificate: its part of what was not taken back, minor units (rule 19)."""
    gone = invoice.credit_notes.aggregate(sum=Sum("total"))["sum"] or 0
    return prorate(invoice.withholding, invoice.total - gone, invoice.total)
