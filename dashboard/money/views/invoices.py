"""Charges: every invoice, how it stands, and what a person can do about it."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.changing import end
from billing.books import queries
from billing.charging.retry import retry, wait
from billing.emails import billing_pdfs
from billing.models import Dispute, Invoice, Payment, Refund, Transition, WithholdingCertificate
from billing.models.invoice import INVOICE_STATES
from core.errors import RuleError
from core.web.download import pdf_response
from core.web.keyset_pages import page_of
from dashboard.money.forms.money import WaitForm
from dashboard.page import DashboardView, say

PATIENCE = timedelta(days=7)  # offered where the owner decides to wait


class Charges(DashboardView):
    """Every invoice, newest first."""

    template = "dashboard/charges.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.rows(Invoice).select_related("client", "collection", "agreement")
        asked, state = (
            request.GET.get("q", "").replace("\x00", "")[:100],
            request.GET.get("state", ""),
        )
        if asked:
            found = found.filter(number__icontains=asked) | found.filter(
                client__name__icontains=asked
            )
        if state in dict(INVOICE_STATES):
            found = found.filter(state=state)
        page = page_of(found, request.GET, by="issued_on")
        rows = [(row, queries.standing(row)) for row in page.rows]
        waits = queries.unknown(self.business).count()
        return self.show(
            request,
            page=page,
            rows=rows,
            asked=asked,
            state=state,
            states=INVOICE_STATES,
            unknown=waits,
        )


class ChargePage(DashboardView):
    """One invoice: lines, attempts, receipt."""

    template = "dashboard/charge.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(
            Invoice, pk, self.rows(Invoice).select_related("client", "collection", "agreement")
        )
        attempts = [
            (row, queries.decline_words(row.code))
            for row in invoice.charges.select_related("method")
        ]
        return self.show(
            request,
            invoice=invoice,
            standing=queries.standing(invoice),
            lines=invoice.lines.all(),
            attempts=attempts,
            payments=self.rows(Payment).filter(invoice=invoice),
            owed=queries.owed(invoice),
            notes=invoice.credit_notes.all(),
            refunds=self.rows(Refund).filter(payment__invoice=invoice),
            disputes=self.rows(Dispute).filter(payment__invoice=invoice),
            certificate=self.rows(WithholdingCertificate).filter(invoice=invoice).first(),
            moves=self.rows(Transition).filter(collection=invoice.collection),
            days=queries.retry_days(invoice) if invoice.collect_by == "card" else [],
            decide=WaitForm(initial={"until": self.today + PATIENCE})
            if queries.undecided(invoice)
            else None,
            can_end=end.can_end(invoice.agreement),
            can_retry=invoice.collection.state in ("dunning", "ready")
            and bool(invoice.collection.reason),
        )


class Retry(DashboardView):
    """Charge again now, with the card in use."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, self.rows(Invoice).select_related("collection"))
        try:
            retry(collection=invoice.collection, actor=self.actor, now=timezone.now())
            messages.success(
                request, _("The charge is tried again now. Its result stands here in a moment.")
            )
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:charge", invoice.pk)


class Wait(DashboardView):
    """Try once more on a later day."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, self.rows(Invoice).select_related("collection"))
        form = WaitForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose a day after today."))
            return redirect("dashboard:charge", invoice.pk)
        try:
            wait(
                collection=invoice.collection,
                actor=self.actor,
                now=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("It is tried once more on that day."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:charge", invoice.pk)


class InvoicePdf(DashboardView):
    """The invoice as a file."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, self.rows(Invoice).select_related("business", "document"))
        return pdf_response(billing_pdfs.invoice_pdf(invoice=invoice, now=timezone.now()))


class ReceiptPdf(DashboardView):
    """The receipt as a file."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(Payment).select_related(
            "business", "receipt_document", "invoice__business", "series"
        )
        return pdf_response(
            billing_pdfs.receipt_pdf(payment=self.row(Payment, pk, related), now=timezone.now())
        )
