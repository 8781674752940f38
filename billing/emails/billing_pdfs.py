"""PDFs of invoices, receipts, credit notes and client statements.

Except for statements, a PDF is made when it is first needed and stored; it never changes after.
"""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from billing.bank_transfer import payment_details
from billing.books import asking, client_statement, paid_parts
from billing.models import Allocation, CreditNote, Invoice, Payment, PaymentReversal
from billing.models.numbering import SeriesKind
from billing.models.payment import SettledBy
from clients.models import Client
from core import formats
from core.dates import local_day, start_of_day
from core.documents import render, store
from core.models import Document
from core.models.document import DocumentKind


def invoice_pdf(*, invoice: Invoice, now: datetime) -> Document:
    """Return the invoice's PDF, in the invoice's language."""
    if invoice.document is None:
        with translation.override(invoice.language):
            title = _("Invoice %(number)s") % {"number": invoice.number}
        asked = asking.asked_at_issue(invoice)
        with translation.override(invoice.language):
            extra = {"way": payment_details.transfer_details(invoice, asked), "asked": asked}
        document = _make(
            "invoice", invoice, title, DocumentKind.INVOICE, extra, invoice.created_at, now
        )
        Invoice.objects.filter(pk=invoice.pk).update(document=document)
        invoice.document = document
    return invoice.document


def receipt_pdf(*, payment: Payment, now: datetime) -> Document:
    """Return the payment's receipt as PDF, in the invoice's language."""
    if payment.receipt_document is None:
        document = _receipt(payment, None, now)
        Payment.objects.filter(pk=payment.pk).update(receipt_document=document)
        payment.receipt_document = document
    return payment.receipt_document


def current_receipt_pdf(*, payment: Payment, now: datetime) -> Document:
    """Return the receipt, or if the payment was taken back, the receipt marked as cancelled.

    The receipt as it was issued stays stored beside the marked one.
    """
    receipt = receipt_pdf(payment=payment, now=now)
    reversal = PaymentReversal.objects.select_related("document").filter(payment=payment).first()
    if reversal is None:
        return receipt
    if reversal.document is None:
        document = _receipt(payment, reversal, now)
        PaymentReversal.objects.filter(pk=reversal.pk).update(document=document)
        reversal.document = document
    return reversal.document


def _receipt(payment: Payment, reversal: PaymentReversal | None, now: datetime) -> Document:
    """Make a receipt from what was booked with the payment (rule 42)."""
    invoice = payment.invoice
    is_tax = payment.series.kind == SeriesKind.TAX_RECEIPT
    number = {"number": payment.receipt_number}
    with translation.override(invoice.language):
        title = (
            _("Tax invoice / receipt %(number)s") if is_tax else _("Receipt %(number)s")
        ) % number
        if reversal:
            title = _("Cancelled: %(title)s") % {"title": title}
    extra = {
        "payment": payment,
        **paid_parts.figures_of(payment),
        "reversal": reversal,
        "issued_on": local_day(payment.created_at, payment.business.time_zone),
        "is_tax": is_tax,
    }
    created = reversal.created_at if reversal else payment.created_at
    return _make("receipt", invoice, title, DocumentKind.RECEIPT, extra, created, now)


def credit_note_pdf(*, note: CreditNote, now: datetime) -> Document:
    """Return the credit note's PDF, in the invoice's language."""
    if note.document is None:
        invoice = note.invoice
        with translation.override(invoice.language):
            title = _("Credit note %(number)s") % {"number": note.number}
        document = _make(
            "credit_note",
            invoice,
            title,
            DocumentKind.CREDIT_NOTE,
            _correction(note),
            note.created_at,
            now,
        )
        CreditNote.objects.filter(pk=note.pk).update(document=document)
        note.document = document
    return note.document


def _correction(note: CreditNote) -> dict[str, Any]:
    """What a credit note corrects: the papers, and their value before tax before and after it.

    Where tax falls due on payment, the tax invoices are the receipts of the payments so far. A note
    over a part that was not paid corrects the invoice alone.
    """
    invoice, zone = note.invoice, note.invoice.business.time_zone
    notes = list(invoice.credit_notes.order_by("created_at", "id"))
    before = invoice.subtotal - sum(row.subtotal for row in notes[: notes.index(note)])
    payments = list(
        Payment.objects.filter(invoice=invoice, created_at__lte=note.created_at)
        .filter(reversal__isnull=True)
        .order_by("seq", "id")
    )
    unpaid = sum(
        Allocation.objects.filter(
            invoice=invoice, by=SettledBy.CREDIT_NOTE, ref=note.pk
        ).values_list("amount", flat=True)
    )
    with translation.override(invoice.language):
        corrected = [(_("Invoice"), invoice.number, invoice.issued_on)]
        if invoice.tax_on_payment and payments and unpaid < note.total:
            corrected = [
                (_("Tax invoice"), row.receipt_number, local_day(row.created_at, zone))
                for row in payments
            ]
    return {
        "note": note,
        "corrected": corrected,
        "value_before": before,
        "value_after": before - note.subtotal,
        "cancels": before == note.subtotal and not payments,
    }


def statement_pdf(*, client: Client, now: datetime) -> Document:
    """Make and store a PDF of the client statement up to today, in the client's language.

    Asked for again on the same day, it is the same document unless an entry was added.
    """
    today = local_day(now, client.business.time_zone)
    with translation.override(client.language):
        title = _("Statement of %(client)s, %(day)s") % {
            "client": client.name,
            "day": formats.day(today),
        }
        context = {
            "business": client.business,
            "client": client,
            "rows": client_statement.statement_entries(client),
            "balances": client_statement.client_balances(client).items(),
            "today": today,
        }
    pdf = render.pdf(
        "statement",
        context,
        language=client.language,
        title=title,
        identifier=f"{client.id}:{today}",
        created=start_of_day(now, client.business.time_zone),
    )
    return store.save(
        business=client.business, kind=DocumentKind.STATEMENT, title=title, pdf=pdf, now=now
    )


def _make(
    template: str,
    invoice: Invoice,
    title: str,
    kind: DocumentKind,
    extra: dict[str, Any],
    created: datetime,
    now: datetime,
) -> Document:
    context = {
        "business": invoice.business,
        "invoice": invoice,
        "lines": list(invoice.lines.all()),
        **extra,
    }
    pdf = render.pdf(
        template,
        context,
        language=invoice.language,
        title=title,
        identifier=str(invoice.id),
        created=created,
        on_one_page=True,
    )
    return store.save(business=invoice.business, kind=kind, title=title, pdf=pdf, now=now)
