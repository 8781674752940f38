"""Takes back part of an invoice before it is paid: a credit note, and less to pay (rule 17, CHARGES.md)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.books import owing
from billing.charging.void import held
from billing.invoices import credit_note
from billing.models import CreditNote, Invoice
from billing.rules.errors import NotOpen, NotOwed
from billing.rules.states import CollectionState, InvoiceState

FREE = (CollectionState.READY, CollectionState.SENT, CollectionState.DUNNING)


def reduce(*, invoice: Invoice, amount: int, reason: str, actor: str, now: datetime) -> CreditNote:
    """Take back `amount` (minor units, tax included) of what it owes. Raises NotOpen and NotOwed.

    What was prepared at the gateway for the old sum is cancelled before the new one is charged (billing.charging.collect).
    The whole of it is taken back by billing.charging.void.
    """
    with transaction.atomic():
        row = held(invoice)
        if row.invoice.state != InvoiceState.OPEN or row.state not in FREE:
            raise NotOpen(_("This invoice is settled, or is being confirmed at the gateway."))
        if amount >= owing.owed(row.invoice):
            raise NotOwed(_("Write less than what is owed, or cancel the invoice."), field="amount")
        return credit_note.make(invoice=row.invoice, amount=amount, reason=reason, actor=actor, now=now)
