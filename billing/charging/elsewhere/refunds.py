"""Books refunds that were made in the gateway's own dashboard (rule 50).

The money has left the account, whoever sent it back. The refund is covered in this order: by client
credit that came from the same invoice, by a credit note for what is left of the invoice, and by the
books of losses, where both are used up. The owner is told which of them it was.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from billing.books import ledger, owing
from billing.charging import refund
from billing.charging.cancel_invoice import lock_collection
from billing.charging.elsewhere.currency import require_same_currency
from billing.charging.notices import money_back_notices
from billing.gateways import registry
from billing.gateways.base import GatewayRefund, RefundOutcome
from billing.invoices import credit_note
from billing.models import CreditNote, Invoice, JournalEntry, Payment, Refund
from billing.models.journal import Account
from billing.rules.states import RefundState


def apply_refunds(payment: Payment, fetched: Iterable[GatewayRefund], *, now: datetime) -> None:
    """Store the present state of a payment's refunds, as fetched, whoever made them.

    Storing the same again changes nothing. Raises OtherCurrency.
    """
    for theirs in fetched:
        ours = find_refund(payment, theirs)
        if ours is None and theirs.outcome != RefundOutcome.FAILED:
            ours = _book(payment, theirs, now)
        if ours:
            refund.apply_refund(ours, theirs, now=now)


def find_refund(payment: Payment, theirs: GatewayRefund) -> Refund | None:
    """Return our refund of this payment that is the gateway's: by its key, or by its handle."""
    rows = list(Refund.objects.filter(payment=payment))
    by_key = [row for row in rows if str(row.pk) == theirs.key]
    return next(iter(by_key or [row for row in rows if row.handle == theirs.handle]), None)


def _book(payment: Payment, theirs: GatewayRefund, now: datetime) -> Refund:
    """Create the refund with what covers it, unless another worker has just done so."""
    require_same_currency(payment, theirs)
    with transaction.atomic():
        invoice = lock_collection(payment.invoice).invoice
        if ours := find_refund(payment, theirs):
            return ours
        ledger.lock_clients([invoice.client_id])
        name = registry.kinds()[payment.gateway].label
        from_credit = min(theirs.amount, _credit_of_invoice(invoice))
        note, from_note = _credit_note(invoice, theirs.amount - from_credit, name, now)
        uncovered = theirs.amount - from_credit - from_note
        made = Refund.objects.create(
            business_id=invoice.business_id,
            client_id=invoice.client_id,
            payment=payment,
            credit_note=note,
            currency=payment.currency,
            amount=theirs.amount,
            handle=theirs.handle,
            actor=name,
            made_elsewhere=True,
            uncovered=uncovered,
            sent_at=now,
            next_at=now,
            created_at=now,
        )
        refund.book_start(made, now)
        money_back_notices.refund_made_elsewhere(made, name, now=now)
    return made


def _credit_of_invoice(invoice: Invoice) -> int:
    """Return the client credit that came from this invoice and is neither spent nor refunded.

    It came from a payment beyond the invoice, or from a credit note after it was paid.
    """
    payments = invoice.payments.values_list("pk", flat=True)
    notes = invoice.credit_notes.values_list("pk", flat=True)
    became = JournalEntry.objects.filter(
        Q(kind="payment", ref__in=list(map(str, payments)))
        | Q(kind="credit_note", ref__in=list(map(str, notes))),
        credit=Account.CREDIT,
    ).aggregate(sum=Coalesce(Sum("amount"), 0))["sum"]
    refunds = Refund.objects.filter(payment__in=payments).exclude(state=RefundState.FAILED)
    went = refunds.aggregate(sum=Coalesce(Sum(F("amount") - F("uncovered")), 0))["sum"]
    credit = ledger.client_credit(invoice.client_id, invoice.currency)
    return max(0, min(int(became - went), credit))


def _credit_note(
    invoice: Invoice, amount: int, name: str, now: datetime
) -> tuple[CreditNote | None, int]:
    """Issue a credit note over as much of `amount` as the invoice has left.

    Return it with the part that became client credit; the other part settled what was still owed.
    """
    amount = min(amount, invoice.total - credit_note.amount_credited(invoice))
    if not amount:
        return None, 0
    owed = owing.amount_owed(invoice)
    with translation.override(invoice.language):
        reason = _("Refunded at %(gateway)s") % {"gateway": name}
    note = credit_note.issue_credit_note(
        invoice=invoice, amount=amount, reason=reason, actor=name, now=now
    )
    return note, amount - min(amount, owed)
