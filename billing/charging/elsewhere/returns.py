"""Books direct debits that a bank returns after it had paid them (rule 53).

The money is gone from the account, and a return is final: nobody can contest it. The payment is
reversed and its invoice asks for the sum again. Nothing is charged by itself: the client may have
objected, or have no money, and the schemes forbid to try blindly. Client and owner are told, and
one of them decides: another payment method, the same one again, or a bank transfer.
"""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from billing.books import ledger, transitions
from billing.charging.cancel_invoice import lock_collection
from billing.charging.notices import money_back_notices
from billing.invoices import reverse_payment
from billing.models import Dispute, Payment, PaymentReversal
from billing.rules.asking import RETURNED
from billing.rules.states import (
    WITHDRAWN,
    ChargeState,
    CollectionState,
    InvoiceState,
    RefundState,
)


def is_debit(payment: Payment) -> bool:
    """Whether a payment was made by direct debit."""
    return bool(payment.charge_id and payment.charge and payment.charge.method.is_debit)


def lock(payment: Payment) -> None:
    """Lock what a return changes, before its dispute is locked, in the order of other steps."""
    lock_collection(payment.invoice)
    ledger.lock_clients([payment.client_id])


def can_reverse(dispute: Dispute) -> bool:
    """Whether a dispute is the return of a direct debit whose payment can be reversed.

    The caller has locked it. Where a part was refunded, the invoice was voided since, or credit
    that came from the payment was spent, more is gone than the invoice can ask for again: that is a
    loss, for a person to look at.
    """
    payment = dispute.payment
    beyond = payment.amount - reverse_payment.applied_of(payment)
    others = payment.disputes.filter(state__in=WITHDRAWN).exclude(pk=dispute.pk)
    return (
        is_debit(payment)
        and dispute.amount == payment.amount
        and not PaymentReversal.objects.filter(payment=payment).exists()
        and not payment.refunds.exclude(state=RefundState.FAILED).exists()
        and not others.exists()
        and payment.invoice.state in (InvoiceState.OPEN, InvoiceState.PAID)
        and payment.invoice.collection.state != CollectionState.VOIDING
        and beyond <= ledger.client_credit(payment.client_id, payment.currency)
    )


def reverse(dispute: Dispute, *, now: datetime) -> PaymentReversal:
    """Reverse a returned payment, and ask for the sum again. The caller has locked it."""
    payment, why = dispute.payment, f"{RETURNED}: {dispute.reason}"
    collection = lock_collection(payment.invoice)
    invoice, charge = collection.invoice, payment.charge
    with translation.override(invoice.language):
        reason = _("Returned by the bank")
    reversal = reverse_payment.reverse(payment, invoice, reason, payment.gateway, now)
    if charge and charge.state == ChargeState.SUCCEEDED:
        transitions.return_charge(charge, now=now, why=why)
    reverse_payment.owe_again(collection, invoice, reversal, now, why=why, reason=RETURNED)
    money_back_notices.payment_returned(reversal, collection, now=now)
    return reversal
