"""Takes back a transfer that was recorded by mistake: own row, own journal entries (rule 44).

The payment, its receipt and its number stay, and the receipt is marked as cancelled. What it had
settled is owed again, and what had become client credit is taken from the credit.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.charging import cancel_invoice, refund
from billing.invoices import reverse_payment
from billing.models import BankStatementLine, Payment, PaymentReversal
from billing.models.bank import BankLineState
from billing.rules.errors import NotOpen
from billing.rules.states import BANK_TRANSFER, CollectionState, InvoiceState

REASON_CODE = "taken_back"


def can_take_back(payment: Payment) -> bool:
    """Whether a payment can be taken back: a transfer of which nothing was given back yet."""
    return (
        payment.gateway == BANK_TRANSFER
        and not PaymentReversal.objects.filter(payment=payment).exists()
        and refund.refundable_amount(payment) == payment.amount
        and payment.invoice.state in (InvoiceState.OPEN, InvoiceState.PAID)
    )


def take_back_payment(
    *, payment: Payment, reason: str, actor: str, now: datetime
) -> PaymentReversal:
    """Take back a transfer that was recorded by mistake.

    Raises NotOpen if it was taken back or refunded before, or if its invoice was voided or written
    off since, and NotOwed if credit that came from it was spent meanwhile.
    """
    with transaction.atomic():
        collection = cancel_invoice.lock_collection(payment.invoice)
        invoice = collection.invoice
        if not can_take_back(payment) or collection.state == CollectionState.VOIDING:
            raise NotOpen(_("This payment cannot be taken back: it was settled in another way."))
        reversal = reverse_payment.reverse(payment, invoice, reason, actor, now)
        why = f"{REASON_CODE}: {reversal.reason}"
        reverse_payment.owe_again(collection, invoice, reversal, now, why=why)
        _free_line(payment)
    return reversal


def _free_line(payment: Payment) -> None:
    """Open the line of the bank statement again that was matched with the payment."""
    BankStatementLine.objects.filter(payment=payment).update(state=BankLineState.OPEN, payment=None)
