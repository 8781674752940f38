"""What emails about an invoice name: its values, its page, and another way to pay it."""

from collections.abc import Callable
from typing import Any

from billing.models import Invoice
from clients.models import Contact
from clients.worded_emails import people
from core import formats, links

#: How an invoice is paid if not by card: the transfer, which is above this part, enters itself here
#: (billing.apps).
OTHER_WAYS: list[Callable[[Invoice, int], Any]] = []


def other_way(invoice: Invoice, amount: int) -> Any:
    """Return how to pay `amount` (minor units) without a card; None if there is no other way."""
    return next((found for way in OTHER_WAYS if (found := way(invoice, amount))), None)


def invoice_values(invoice: Invoice, contact: Contact) -> dict[str, str]:
    """What the business's own words about an invoice may name, in the active language."""
    amount = formats.money(invoice.total, invoice.currency)
    return {**people(contact), "number": invoice.number, "amount": amount}


def invoice_page(invoice: Invoice) -> str:
    """The address of the invoice in the dashboard."""
    return links.absolute_url("dashboard:invoice", invoice.pk)
