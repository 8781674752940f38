"""A Thai agreement that is paid by transfer, and what arrives for it."""

from datetime import date
from decimal import Decimal
from typing import Any

from billing.bank_transfer import transfers
from billing.books import ledger
from billing.models import Invoice, Payment
from tests.world import NOW

TODAY = date(2026, 11, 2)
VAT = {"name": "VAT", "percent": "7"}
THAI: dict[str, Any] = {
    "currency": "THB",
    "amount": 30_000_00,
    "taxes": [VAT],
    "withholding_percent": Decimal(3),
    "collect_by": "transfer",
    "card": "",
}


def arrives(invoice: Invoice, amount: int, reference: str = "line 1", on: date = TODAY) -> Payment:
    """Record a transfer that is on the bank statement."""
    transfers.record_transfer(
        invoice=invoice, amount=amount, on=on, reference=reference, actor="Nan", now=NOW
    )
    return invoice.payments.order_by("seq").last() or Payment()


def state(invoice: Invoice) -> tuple[str, str]:
    """The states of the invoice and of its collection, as they are stored."""
    again = Invoice.objects.select_related("collection").get(pk=invoice.pk)
    return again.state, again.collection.state


def credit(invoice: Invoice) -> int:
    """What the client has in credit."""
    return ledger.client_credit(invoice.client_id, invoice.currency)
