"""Amounts still owed on invoices: their totals less what was allocated to them (rule 18)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Sum

from billing.models import Allocation, Charge, Invoice
from billing.models.payment import SettledBy
from billing.rules.states import ChargeState
from core.money import prorate


def amounts_owed(invoices: Iterable[Invoice]) -> dict[UUID, int]:
    """Return the amount owed on each invoice by its id, in minor units.

    Lock the invoice's collection first if the amount will be charged or allocated.
    """
    rows = list(invoices)
    settled = (
        Allocation.objects.filter(invoice__in=[row.pk for row in rows])
        .order_by()
        .values_list("invoice")
    )
    sums = dict(settled.annotate(Sum("amount")))
    return {row.pk: row.total - sums.get(row.pk, 0) for row in rows}


def amount_owed(invoice: Invoice) -> int:
    """Return the amount owed on one invoice, in minor units."""
    return amounts_owed([invoice])[invoice.pk]


def charged_once(invoices: Iterable[UUID]) -> set[UUID]:
    """Return which of the invoices a charge has paid, in full or in part.

    None of them is charged again: the database allows one such charge for an invoice. A charge that
    the bank returned does not count.
    """
    paid = Charge.objects.filter(invoice__in=list(invoices), state=ChargeState.SUCCEEDED)
    return set(paid.order_by().values_list("invoice", flat=True))


def charged_in_part(invoices: Iterable[Invoice], owed: Mapping[UUID, int]) -> set[UUID]:
    """Return which of the invoices a charge has paid in part, with `owed` still open of each."""
    in_part = [row.pk for row in invoices if owed[row.pk] < row.total]
    return charged_once(in_part) if in_part else set()


def withholding_allowed(invoice: Invoice) -> int:
    """Return the tax that the client may withhold of an invoice, in minor units (rule 19).

    It is reduced in proportion to the invoice's credit notes.
    """
    credited = invoice.credit_notes.aggregate(sum=Sum("total"))["sum"] or 0
    return prorate(invoice.withholding, invoice.total - credited, invoice.total)


def withholding_expected(invoice: Invoice) -> int:
    """Return the tax for which a withholding certificate may still come, in minor units."""
    received = Allocation.objects.filter(invoice=invoice, by=SettledBy.CERTIFICATE)
    certified = received.aggregate(sum=Sum("amount"))["sum"] or 0
    return max(0, withholding_allowed(invoice) - certified)
