"""Takes back part of an invoice before it is paid: a credit note, and less to pay (rule 17)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing import credit_note, owing
from billing.errors import NotOpen, NotOwed
from billing.models import CreditNote, Invoice
from billing.states import CollectionState, InvoiceState
from billing.void import held

FREE = (CollectionState.READY, CollectionState.SENT, CollectionState.DUNNING)


def reduce(*, invoice: Invoice, amount: int, reason: str, actor: str, now: datetime) -> CreditNote:
    """Take back `amount` (minor units, tax included) of what it owes. Raises NotOpen and NotOwed.

    What was prepared at the gateway for the old sum is cancelled before the new one is charged (billing.collect).
    The whole of it is taken back by billing.void.
    """
    with transaction.atomic():
        row = held(invoice)
        if row.invoice.state != InvoiceState.OPEN or row.state not in FREE:
            raise NotOpen(_("This invoice is settled, or is being confirmed at the gateway."))
        if amount >= owing.owed(row.invoice):
            raise NotOwed(_("Write less than what is owed, or cancel the invoice."), field="amount")
        return credit_note.make(invoice=row.invoice, amount=amount, reason=reason, actor=actor, now=now)
