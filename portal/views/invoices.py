"""Invoices, receipts, credit notes and the client statement."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.rules.terms import CollectBy
from billing.bank_transfer import payment_details
from billing.books import asked_words, client_statement, queries
from billing.emails import billing_pdfs
from billing.invoices import extra_line
from billing.models import CreditNote, Invoice, NextLine, Payment, Refund
from billing.rules.states import InvoiceState
from core.documents.logos import logo_response
from core.tenancy import scoped
from core.web import query_string
from core.web.download import csv_response, pdf_response
from core.web.keyset_pages import page_of
from portal.access import Money, PortalView
from portal.views import payment

MOST_OPEN = 50  # invoices that are listed as to be paid


class Invoices(PortalView):
    """The invoices that are to be paid, oldest first, and the list of all, newest first."""

    money = Money.ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        invoices, now = self.rows(Invoice).select_related("collection", "agreement"), timezone.now()
        page = page_of(invoices, request.GET, by="issued_on")
        unpaid = invoices.filter(state=InvoiceState.OPEN).order_by("issued_on", "pk")[:MOST_OPEN]
        waiting = asked_words.statuses(unpaid, now=now)
        context = {
            "rows": asked_words.statuses(page.rows, now=now),
            "page": page,
            "unpaid": [(row, status) for row, status in waiting if status.asked.to_pay],
        }
        return render(request, "portal/invoices.html", context)


class InvoicePage(PortalView):
    """One invoice: its lines, status, payments and refunds, and how to pay it by transfer."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, "collection", "agreement", "business")
        status = asked_words.status_of(invoice, now=timezone.now())
        context = {
            "invoice": invoice,
            "standing": status,
            "asked": status.asked,
            "confirmed": payment.CONFIRMED in request.GET,
            "lines": invoice.lines.all(),
            "payments": self.rows(Payment).filter(invoice=invoice).select_related("reversal"),
            "zone": invoice.business.time_zone,
            "costs": extra_line.receipts_of(invoice),
            "way": payment_details.transfer_details(invoice, status.asked),
            "notes": invoice.credit_notes.all(),
            "refunds": self.rows(Refund).filter(payment__invoice=invoice),
            "days": queries.retry_days(invoice)
            if invoice.is_open and invoice.collect_by == CollectBy.CARD and not status.asked.is_rest
            else [],
        }
        return render(request, "portal/invoice.html", context)


class InvoicePdf(PortalView):
    """An invoice as a PDF."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return pdf_response(
            billing_pdfs.invoice_pdf(
                invoice=self.row(Invoice, pk, "business", "document"), now=timezone.now()
            )
        )


class InvoiceQr(PortalView):
    """The code for the banking app as a picture, or the invoice's page where it has none."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, "collection", "agreement", "business")
        asked = asked_words.status_of(invoice, now=timezone.now()).asked
        way = payment_details.transfer_details(invoice, asked)
        if way is None or not way.payload:
            return redirect("portal:invoice", invoice.pk)
        response = HttpResponse(way.picture, content_type="image/png")
        response["Content-Disposition"] = f'attachment; filename="{slugify(invoice.number)}-QR.png"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


class CreditNotePdf(PortalView):
    """A credit note as a PDF."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        note = self.row(CreditNote, pk, "invoice__business", "document")
        return pdf_response(billing_pdfs.credit_note_pdf(note=note, now=timezone.now()))


class Statement(PortalView):
    """The client statement with the running balance, as a page, as CSV or as a PDF."""

    money = Money.ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        if query_string.text(request.GET, "as") == "pdf":
            return pdf_response(billing_pdfs.statement_pdf(client=self.client, now=timezone.now()))
        rows = client_statement.statement_entries(self.client)
        if query_string.text(request.GET, "as") == "csv":
            return csv_response(
                client_statement.statement_csv(rows),
                _("Statement %(client)s") % {"client": self.client.name},
            )
        context = {"rows": rows, "balances": client_statement.client_balances(self.client)}
        return render(request, "portal/statement.html", context)


class ReceiptPdf(PortalView):
    """A receipt as a PDF."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        payment = self.row(
            Payment, pk, "business", "receipt_document", "invoice__business", "series"
        )
        return pdf_response(billing_pdfs.current_receipt_pdf(payment=payment, now=timezone.now()))


class ExtraLineReceipt(PortalView):
    """The receipt of a cost that is, or will be, a line of an invoice."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        lines = scoped(NextLine, self.contact.business).filter(
            agreement__client=self.client, removed_at__isnull=True, document__isnull=False
        )
        line = lines.select_related("document").filter(pk=pk).first()
        if line is None or line.document is None:
            raise Http404
        return pdf_response(line.document)


class Logo(PortalView):
    """The business's logo."""

    money = Money.NONE

    is_for_everybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return logo_response(self.contact.business)
