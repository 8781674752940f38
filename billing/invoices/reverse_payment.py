"""Reverses a payment by a row and journal entries of its own; the invoice is owed again (rule 44).

The payment, its receipt and its number stay, and the receipt is marked as cancelled. What it had
settled is owed again, and what had become client credit is taken from the credit. The caller has
locked the collection.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from agreements.rules.terms import CollectBy
from billing.books import fees_taken, ledger, owing, paid_parts, transitions
from billing.models import (
    Allocation,
    Collection,
    Invoice,
    PaidPart,
    Payment,
    PaymentReversal,
    WithholdingCertificate,
)
from billing.models.certificate import CERTIFICATE, CertificateState
from billing.models.journal import Account
from billing.models.payment import SettledBy
from billing.rules.asking import PART_PAID
from billing.rules.dunning import reminder_day
from billing.rules.errors import NotOwed
from billing.rules.states import INVOICE_REOPENED, CollectionState, InvoiceState
from core.database.state_moves import move
from core.dates import local_day, local_instant


def applied_of(payment: Payment) -> int:
    """Return how much of a payment settled its invoice; the rest became client credit."""
    rows = Allocation.objects.filter(by=SettledBy.PAYMENT, ref=payment.pk)
    return sum(rows.filter(invoice=payment.invoice_id).values_list("amount", flat=True))


def _require_unspent(payment: Payment, beyond: int) -> None:
    if beyond:
        ledger.lock_clients([payment.client_id])
        if beyond > ledger.client_credit(payment.client_id, payment.currency):
            raise NotOwed(_("The credit that came from this payment was spent meanwhile."))


def reverse(
    payment: Payment, invoice: Invoice, reason: str, actor: str, now: datetime
) -> PaymentReversal:
    """Write the reversal, the negative allocation and part, and the journal entries.

    Raises NotOwed if credit that came from the payment was spent meanwhile.
    """
    applied = applied_of(payment)
    beyond = payment.amount - applied
    _require_unspent(payment, beyond)
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
    fees_taken.give_back(payment, invoice.business.time_zone, now)
    return reversal


def owe_again(
    collection: Collection,
    invoice: Invoice,
    reversal: PaymentReversal,
    now: datetime,
    *,
    why: str,
    reason: str = "",
) -> None:
    """Reopen an invoice that the payment had settled, and let the certificate wait no more.

    Nothing is charged for it by itself: a collection by card waits for a person, with the code
    `reason`, or PART_PAID if a charge has paid a part of it.
    """
    if not reversal.applied:
        return
    owed = WithholdingCertificate.objects.filter(invoice=invoice, state=CertificateState.OWED)
    if (certificate := owed.first()) and owing.amount_owed(invoice) > certificate.amount:
        move(certificate, CertificateState.NOT_NEEDED, CERTIFICATE)
    if invoice.state == InvoiceState.PAID:
        move(invoice, InvoiceState.OPEN, INVOICE_REOPENED)
    zone, hour = invoice.zone, invoice.hour
    day = reminder_day(invoice.due_on, 0)
    at = max(now, local_instant(day, hour, zone)) if day else now
    if collection.state == CollectionState.SENT:
        Collection.objects.filter(pk=collection.pk).update(next_at=at, tries=0)
    elif collection.state == CollectionState.DUNNING and reason:
        Collection.objects.filter(pk=collection.pk).update(reason=reason)
    elif collection.state == CollectionState.DONE:
        by_card = invoice.collect_by == CollectBy.CARD
        if by_card and owing.charged_once([invoice.pk]):
            reason = PART_PAID
        transitions.reopen_collection(
            collection,
            CollectionState.DUNNING if by_card else CollectionState.SENT,
            now=now,
            why=why,
            reason=reason,
            **collection.no_handle(),
            plan={},
            tries=0,
            next_at=None if by_card else at,
        )
