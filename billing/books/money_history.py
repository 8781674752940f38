"""What billing knows about an agreement, as facts of its history: papers issued, money in and out."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.models import (
    Allocation,
    CreditNote,
    Dispute,
    Invoice,
    Payment,
    Refund,
    WithholdingCertificate,
)
from billing.models.payment import SettledBy
from billing.rules.states import RefundState
from core import formats
from core.dates import local_instant
from core.history_facts import Fact

HOUSE = "Retainer Hub"


def of_agreement(agreement: Agreement) -> list[Fact]:
    """In no order; as many questions for a hundred invoices as for one."""
    return [
        *_invoices(agreement),
        *_notes(agreement),
        *_payments(agreement),
        *_refunds(agreement),
        *_rest(agreement),
    ]


def _invoices(agreement: Agreement) -> list[Fact]:
    rows = Invoice.objects.filter(agreement=agreement).select_related("document")
    return [
        Fact(
            row.created_at,
            _("Invoice %(number)s issued") % {"number": row.number},
            _("%(amount)s, due %(day)s")
            % {"amount": formats.money(row.total, row.currency), "day": formats.day(row.due_on)},
            HOUSE,
            document=row.document,
        )
        for row in rows
    ]


def _notes(agreement: Agreement) -> list[Fact]:
    rows = CreditNote.objects.filter(invoice__agreement=agreement).select_related(
        "document", "invoice"
    )
    return [
        Fact(
            row.created_at,
            _("Credit note %(number)s for invoice %(invoice)s")
            % {"number": row.number, "invoice": row.invoice.number},
            f"{formats.money(row.total, row.currency)} · {_('Reason: “%(reason)s”') % {'reason': row.reason}}",
            row.actor,
            document=row.document,
        )
        for row in rows
    ]


def _payments(agreement: Agreement) -> list[Fact]:
    rows: QuerySet[Payment] = Payment.objects.filter(invoice__agreement=agreement)
    return [
        Fact(
            row.received_at,
            _("Payment received for invoice %(invoice)s") % {"invoice": row.invoice.number},
            " · ".join(
                filter(
                    None,
                    [formats.money(row.amount, row.currency), row.method_label, row.receipt_number],
                )
            ),
            document=row.receipt_document,
        )
        for row in rows.select_related("receipt_document", "invoice")
    ]


def _refunds(agreement: Agreement) -> list[Fact]:
    words = {
        RefundState.SUCCEEDED: _("Refund of payment %(number)s arrived"),
        RefundState.FAILED: _("Refund of payment %(number)s failed"),
    }
    found = []
    for row in Refund.objects.filter(payment__invoice__agreement=agreement).select_related(
        "payment"
    ):
        which, sum_ = (
            {"number": row.payment.receipt_number},
            formats.money(row.amount, row.currency),
        )
        found.append(
            Fact(row.sent_at, _("Refund of payment %(number)s asked for") % which, sum_, row.actor)
        )
        if row.finished_at and row.state in words:
            found.append(Fact(row.finished_at, words[RefundState(row.state)] % which, sum_))
    return found


def _rest(agreement: Agreement) -> list[Fact]:
    """Contested payments, certificates of withheld tax, and what was given up."""
    contested = Dispute.objects.filter(payment__invoice__agreement=agreement).select_related(
        "payment"
    )
    withheld = WithholdingCertificate.objects.filter(
        invoice__agreement=agreement, received_on__isnull=False
    )
    lost = Allocation.objects.filter(
        invoice__agreement=agreement, by=SettledBy.WRITE_OFF
    ).select_related("invoice")
    return [
        *(
            Fact(
                row.created_at,
                _("Payment %(number)s contested at the bank")
                % {"number": row.payment.receipt_number},
                formats.money(row.amount, row.currency),
            )
            for row in contested
        ),
        *(
            Fact(
                local_instant(row.received_on, 0, agreement.time_zone),
                _("Withholding certificate %(number)s received") % {"number": row.number},
                formats.money(row.amount, row.currency),
            )
            for row in withheld
            if row.received_on
        ),
        *(
            Fact(
                row.created_at,
                _("Invoice %(invoice)s written off") % {"invoice": row.invoice.number},
                formats.money(row.amount, row.invoice.currency),
                inside=True,
            )
            for row in lost
        ),
    ]
