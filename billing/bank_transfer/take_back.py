"""Takes back a transfer that was recorded by mistake: own row, own journal entries (rule 44).

The payment, its receipt and its number stay, and the receipt is marked as cancelled. What it had
settled is owed again, and what had become client credit is taken from the credit.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.rules.terms import CollectBy
from billing.books import ledger, owing, paid_parts, transitions
from billing.charging import cancel_invoice, refund
from billing.models import (
    Allocation,
    BankStatementLine,
    Collection,
    Invoice,
    PaidPart,
    Payment,
    PaymentReversal,
    WithholdingCertificate,
)
from billing.models.bank import BankLineState
from billing.models.journal import Account
from billing.models.payment import CERTIFICATE, CertificateState, SettledBy
from billing.rules.dunning import reminder_day
from billing.rules.errors import NotOpen, NotOwed
from billing.rules.states import (
    BANK_TRANSFER,
    INVOICE_REOPENED,
    CollectionState,
    InvoiceState,
)
from core.database.state_moves import move
from core.dates import local_day, local_instant

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
        reversal = _reverse(payment, invoice, reason, actor, now)
        _owe_again(collection, invoice, reversal, now)
        _free_line(payment)
    return reversal


def _reverse(
    payment: Payment, invoice: Invoice, reason: str, actor: str, now: datetime
) -> PaymentReversal:
    """Write the reversal, the negative allocation and part, and the journal entries."""
    settled = Allocation.objects.filter(invoice=invoice, by=SettledBy.PAYMENT, ref=payment.pk)
    applied = sum(settled.values_list("amount", flat=True))
    beyond = payment.amount - applied
    if beyond:
        ledger.lock_clients([payment.client_id])
        if beyond > ledger.client_credit(payment.client_id, payment.currency):
            raise NotOwed(_("The credit that came from this payment was spent meanwhile."))
    today = local_day(now, invoice.business.time_zone)
    reversal = PaymentReversal.objects.create(
        business_id=payment.business_id,
        client_id=payment.client_id,
        payment=payment,
        currency=payment.currency,
        applied=applied,
        beyond=beyond,
        reason=reason[:300],
        actor=actor[:200],
        on=today,
        created_at=now,
    )
    if applied:
        Allocation.objects.create(
            business_id=payment.business_id,
            invoice=invoice,
            by=SettledBy.REVERSAL,
            ref=payment.pk,
            amount=-applied,
            created_at=now,
        )
    part = PaidPart.objects.get(invoice=invoice, by=SettledBy.PAYMENT, ref=payment.pk)
    undone = paid_parts.undo(invoice, part, on=today, now=now)
    undone.save(force_insert=True)
    kind, ref = "reversal", payment.pk
    ledger.append_entries(
        [
            ledger.build_entry(
                payment, kind, ref, Account.RECEIVABLE, Account.CASH, applied, today, now
            ),
            ledger.build_entry(
                payment, kind, ref, Account.CREDIT, Account.CASH, beyond, today, now
            ),
            paid_parts.tax_entry(invoice, undone, now),
        ]
    )
    return reversal


def _owe_again(
    collection: Collection, invoice: Invoice, reversal: PaymentReversal, now: datetime
) -> None:
    """Reopen an invoice that the payment had settled, and let the certificate wait no more."""
    if not reversal.applied:
        return
    owed = WithholdingCertificate.objects.filter(invoice=invoice, state=CertificateState.OWED)
    if (certificate := owed.first()) and owing.amount_owed(invoice) > certificate.amount:
        move(certificate, CertificateState.NOT_NEEDED, CERTIFICATE)
    if invoice.state == InvoiceState.PAID:
        move(invoice, InvoiceState.OPEN, INVOICE_REOPENED)
    zone, hour = invoice.agreement.time_zone, invoice.agreement.charge_hour
    day = reminder_day(invoice.due_on, 0)
    at = max(now, local_instant(day, hour, zone)) if day else now
    if collection.state == CollectionState.SENT:
        Collection.objects.filter(pk=collection.pk).update(next_at=at, tries=0)
    elif collection.state == CollectionState.DONE:
        by_card = invoice.collect_by == CollectBy.CARD
        transitions.reopen_collection(
            collection,
            CollectionState.DUNNING if by_card else CollectionState.SENT,
            now=now,
            why=f"{REASON_CODE}: {reversal.reason}"[:120],
            **Collection.no_handle(),
            plan={},
            tries=0,
            next_at=None if by_card else at,
        )


def _free_line(payment: Payment) -> None:
    """Open the line of the bank statement again that was matched with the payment."""
    BankStatementLine.objects.filter(payment=payment).update(state=BankLineState.OPEN, payment=None)
