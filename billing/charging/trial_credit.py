"""Credits the fee of a paid trial to the retainer that follows it, if that was agreed (rule 35).

A credit note on the trial's invoice becomes the client's credit, which pays the next invoice.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.charging.cancel_invoice import lock_collection
from billing.charging.refund import refund_invoice
from billing.invoices import agreed_extras, credit_note
from billing.models import Invoice, NextLine
from billing.rules import taxes
from billing.rules.states import InvoiceState

ACTOR = "Retainer Hub · trial"


def credit_trials(periods: Sequence[UUID], *, now: datetime) -> int:
    """Credit each trial once, before the first invoice of its retainer; return how many.

    `periods` are the ids of the periods to be invoiced. Amounts that were not paid, or were
    refunded, are not credited.
    """
    first = Agreement.objects.filter(periods__in=periods, periods__index=0)
    return sum(_give(invoice, now) for invoice in _paid_trials(first))


def credits_to_come(agreements: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    """Return what `credit_trials` will credit before the first invoices of these agreements.

    The amounts are in minor units, by client and currency.
    """
    amounts: dict[tuple[UUID, str], int] = defaultdict(int)
    for invoice in _paid_trials(Agreement.objects.filter(pk__in=agreements)):
        amounts[invoice.client_id, invoice.currency] += _left(invoice)
    return amounts


def _paid_trials(agreements: QuerySet[Agreement]) -> QuerySet[Invoice]:
    """Return the paid invoices of the trials before these agreements, if that was agreed."""
    credited = agreements.filter(proposal__after_trial__proposal__credits_trial=True)
    trials = Agreement.objects.filter(pk__in=credited.values("proposal__after_trial"))
    invoices = Invoice.objects.filter(agreement__in=trials, state=InvoiceState.PAID)
    return invoices.filter(one_off__isnull=True).select_related("agreement")


def _left(invoice: Invoice) -> int:
    """Return what is still to be credited of a trial's invoice."""
    if invoice.credit_notes.filter(actor=ACTOR).exists():
        return 0
    return min(invoice.total - credit_note.amount_credited(invoice), _fee_of(invoice))


def _fee_of(invoice: Invoice) -> int:
    """Return the trial's fee with tax: what the client added and paid once is not credited."""
    extras = NextLine.objects.filter(invoice=invoice, kind=agreed_extras.KIND)
    added = sum(extras.values_list("amount", flat=True))
    agreement = invoice.agreement
    assert agreement  # it is a trial's
    fee = sum(invoice.lines.values_list("amount", flat=True)) - added
    return taxes.compute_totals(
        [fee], agreement.taxes, agreement.tax_mode, agreement.withholding_percent
    ).total


def _give(invoice: Invoice, now: datetime) -> int:
    with transaction.atomic():
        lock_collection(invoice)
        left = _left(invoice)
        if not left:
            return 0
        with translation.override(invoice.language):
            reason = _("The trial's fee is credited to the retainer, as agreed.")
        refund_invoice(
            invoice=invoice, amount=left, reason=reason, actor=ACTOR, to_card=False, now=now
        )
    return 1
