"""Invariants of the journal: what it has agrees with the documents (billing.books.invariants)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from billing.books import ledger
from billing.models import (
    Allocation,
    CreditNote,
    Dispute,
    GatewayFee,
    Invoice,
    JournalEntry,
    PaidPart,
    Payment,
    PaymentReversal,
    Refund,
)
from billing.models.journal import Account
from billing.rules.states import WITHDRAWN, InvoiceState, RefundState


def journal_agrees(now: datetime) -> Iterator[str]:
    """The journal agrees with the documents, in each currency.

    Receivables are what the invoices owe. Cash is what was paid, less what was taken back or
    refunded and what the bank holds because of a dispute. Refunds under way are those without an
    outcome. Tax that is not due yet is that of the parts that were not paid. Fees are those that
    gateways reported.
    """
    for currency in (
        JournalEntry.objects.order_by("currency").values_list("currency", flat=True).distinct()
    ):
        owed = _sum(Invoice, "total", currency=currency) - _sum(
            Allocation, invoice__currency=currency
        )
        refunded = _sum(Refund, state=RefundState.SUCCEEDED, currency=currency)
        taken_back = _sum(PaymentReversal, "applied", currency=currency)
        taken_back += _sum(PaymentReversal, "beyond", currency=currency)
        held = _sum(Dispute, currency=currency, state__in=WITHDRAWN)
        under_way = (
            _sum(Refund, currency=currency)
            - refunded
            - _sum(Refund, state=RefundState.FAILED, currency=currency)
        )
        expected = {
            Account.RECEIVABLE: owed,
            Account.CASH: _sum(Payment, currency=currency) - taken_back - refunded - held,
            Account.DEFERRED: -_tax_not_due(currency),
            Account.REFUNDING: -under_way,
            Account.FEES: _sum(GatewayFee, currency=currency),
            Account.GATEWAY: -_sum(GatewayFee, currency=currency),
        }
        for account, amount in expected.items():
            balance = _sum(JournalEntry, debit=account, currency=currency) - _sum(
                JournalEntry, credit=account, currency=currency
            )
            if balance != amount:
                yield f"{account} in {currency} is {balance}; by the documents it is {amount}"
    for number in _booked_differently(Invoice.objects.all(), "invoice"):
        yield f"{number}: the journal has another amount than the invoice"
    for number in _booked_differently(CreditNote.objects.all(), "credit_note"):
        yield f"{number}: the journal has another amount than the credit note"


def _tax_not_due(currency: str) -> int:
    """Return the tax of invoices whose tax falls due on payment, less what was settled of it."""
    invoices = {"tax_on_payment": True, "currency": currency}
    of_invoices = {f"invoice__{name}": value for name, value in invoices.items()}
    return _sum(Invoice, "tax", **invoices) - _sum(PaidPart, "tax", **of_invoices)


def _sum(model: Any, column: str = "amount", **where: Any) -> int:
    return int(model.objects.filter(**where).order_by().aggregate(s=Coalesce(Sum(column), 0))["s"])


def _booked_differently(documents: QuerySet[Any], kind: str) -> Iterator[str]:
    """Yield the numbers of the documents whose total is not what the journal has for them."""
    rows = (
        JournalEntry.objects.filter(kind=kind).order_by().values_list("ref").annotate(Sum("amount"))
    )
    booked = dict(rows)
    for pk, number, total in documents.values_list("pk", "number", "total").iterator(2000):
        if booked.get(str(pk), 0) != total:
            yield number


def tax_falls_due_as_it_was_settled(now: datetime) -> Iterator[str]:
    """Tax of a closed invoice has fallen due in full; the parts of an open one never exceed it."""
    rows = Invoice.objects.order_by().annotate(
        net=Coalesce(Sum("parts__subtotal"), 0), due=Coalesce(Sum("parts__tax"), 0)
    )
    for row in rows.filter(Q(due__gt=F("tax")) | Q(net__gt=F("subtotal"))).only("number"):
        yield f"{row.number}: its parts are more than the invoice"
    closed = rows.exclude(state=InvoiceState.OPEN).exclude(due=F("tax"), net=F("subtotal"))
    for row in closed.only("number"):
        yield f"{row.number} is closed, but its parts do not add up to it"


def credit_is_never_negative(now: datetime) -> Iterator[str]:
    """A client's credit is received before it is spent."""
    entries = JournalEntry.objects.filter(Q(debit=Account.CREDIT) | Q(credit=Account.CREDIT))
    clients = entries.order_by().values_list("client", flat=True).distinct()
    for (client, currency), amount in ledger.client_credits(clients).items():
        if amount < 0:
            yield f"client {client}: the credit in {currency} is {amount}"
