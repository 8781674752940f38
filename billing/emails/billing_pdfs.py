"""PDFs of invoices, receipts, credit notes and client statements.

Except for statements, a PDF is made when it is first needed and stored; it never changes after.
"""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from billing.bank_transfer import payment_details
from billing.books import asking, client_statement, owing
from billing.models import CreditNote, Invoice, Payment
from billing.models.invoice import SeriesKind
from clients.models import Client
from core import formats
from core.dates import local_day
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
        invoice = payment.invoice
        with translation.override(invoice.language):
            title = _("Receipt %(number)s") % {"number": payment.receipt_number}
        paid_on = local_day(payment.received_at, payment.business.time_zone)
        is_tax = payment.series.kind == SeriesKind.TAX_RECEIPT
        extra = {
            "payment": payment,
            "paid_on": paid_on,
            "is_tax": is_tax,
            "in_full": not owing.amount_owed(invoice),
        }
        document = _make(
            "receipt", invoice, title, DocumentKind.RECEIPT, extra, payment.received_at, now
        )
        Payment.objects.filter(pk=payment.pk).update(receipt_document=document)
        payment.receipt_document = document
    return payment.receipt_document


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
            {"note": note},
            note.created_at,
            now,
        )
        CreditNote.objects.filter(pk=note.pk).update(document=document)
        note.document = document
    return note.document


def statement_pdf(*, client: Client, now: datetime) -> Document:
    """Make and store a PDF of the client statement up to today, in the client's language."""
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
        created=now,
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
    )
    return store.save(business=invoice.business, kind=kind, title=title, pdf=pdf, now=now)
