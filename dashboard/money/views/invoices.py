"""One invoice: its page, PDFs, and what to do after a declined charge."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.changing import end
from agreements.rules.terms import CollectBy
from billing.bank_transfer import payment_details, take_back
from billing.books import asked_words, ledger, queries, transition_texts
from billing.charging import cancel_invoice, refund, saved_cards
from billing.charging.retry import retry_now, retry_on
from billing.emails import billing_pdfs
from billing.invoices import extra_line
from billing.invoices.invoice_history import history_of
from billing.models import (
    Charge,
    Dispute,
    GatewayFee,
    Invoice,
    Payment,
    Refund,
    Transition,
    WithholdingCertificate,
)
from billing.rules.asking import Way
from billing.rules.states import DisputeState
from core.errors import RuleError
from core.team.roles import Area
from core.web.download import pdf_response
from dashboard.money.forms.payments import PostponeForm
from dashboard.page import DashboardView, show_error

PATIENCE = timedelta(days=7)  # suggested wait before a declined charge is tried once more


class InvoicePage(DashboardView):
    """One invoice: its lines, charge attempts, payments, credit notes and disputes."""

    needs = Area.INVOICES
    template = "dashboard/money/invoice.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(
            Invoice,
            pk,
            self.rows(Invoice)
            .select_related("client", "collection", "agreement", "business")
            .prefetch_related(
                Prefetch("charges", self.rows(Charge).select_related("method")),
                Prefetch("payments", self.rows(Payment).select_related("reversal")),
                "credit_notes",
            ),
        )
        status = asked_words.status_of(invoice, now=timezone.now())
        return self.show(
            request,
            invoice=invoice,
            standing=status,
            is_held=bool(invoice.agreement and invoice.agreement.parked_because)
            and bool(status.asked.to_pay),
            history=history_of(invoice),
            asked=status.asked,
            lines=invoice.lines.all(),
            costs=extra_line.receipts_of(invoice),
            way=payment_details.transfer_details(invoice, status.asked),
            notes=invoice.credit_notes.all(),
            can_reduce=invoice.collection.state in cancel_invoice.REDUCIBLE,
            can_end=invoice.agreement is not None and end.can_end(invoice.agreement),
            **self._money(invoice, status),
            **self._charging(invoice, status),
        )

    def _money(self, invoice: Invoice, status: asked_words.InvoiceStatus) -> dict[str, Any]:
        """What arrived for the invoice, what went back, and what can be done with it."""
        payments = list(invoice.payments.all())
        client_credit = ledger.client_credit(invoice.client_id, invoice.currency)
        return {
            "payments": payments,
            "receipts": [
                (row, take_back.can_take_back(row), getattr(row, "reversal", None))
                for row in payments
            ],
            **(self._back(invoice) if payments else {}),
            "can_apply": client_credit > 0 and status.asked.by_transfer,
            "certificate": self.rows(WithholdingCertificate).filter(invoice=invoice).first(),
        }

    def _back(self, invoice: Invoice) -> dict[str, Any]:
        """What was kept or taken back of the payments, and what can go back."""
        return {
            "fees": self.rows(GatewayFee)
            .filter(payment__invoice=invoice)
            .order_by("taken_at", "pk"),
            "refunds": self.rows(Refund).filter(payment__invoice=invoice),
            "disputes": self.rows(Dispute)
            .filter(payment__invoice=invoice)
            .exclude(state=DisputeState.RETURNED),
            "payable": refund.payable(invoice),
        }

    def _charging(self, invoice: Invoice, status: asked_words.InvoiceStatus) -> dict[str, Any]:
        """How the invoice was charged so far, and what there is to decide about it."""
        attempts = [
            (row, queries.decline_message(row.code, is_debit=row.method.is_debit))
            for row in invoice.charges.all()
        ]
        return {
            "attempts": attempts,
            "by_card": invoice.collect_by == CollectBy.CARD or bool(attempts),
            "moves": [
                (transition_texts.change(row), transition_texts.reason(row), row.at)
                for row in self.rows(Transition).filter(collection=invoice.collection)
            ],
            "days": queries.retry_days(invoice)
            if status.asked.way == Way.CARD and not status.asked.is_rest
            else [],
            **(self._decision(invoice) if queries.needs_decision(invoice) else {}),
            "can_retry": status.asked.needs_card,
        }

    def _decision(self, invoice: Invoice) -> dict[str, Any]:
        """What there is to choose from; another try only of a method that is saved."""
        return {
            "decide": PostponeForm(initial={"until": self.today + PATIENCE}),
            "method": saved_cards.card_in_use(invoice.client),
        }


class RetryCharge(DashboardView):
    """Charge the client's current card again, now."""

    needs = Area.INVOICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, self.rows(Invoice).select_related("collection"))
        try:
            retry_now(collection=invoice.collection, actor=self.actor, now=timezone.now())
            messages.success(
                request, _("We try the charge again now. The result appears here in a moment.")
            )
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:invoice", invoice.pk)


class PostponeCharge(DashboardView):
    """Try a declined charge once more on a later day."""

    needs = Area.INVOICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, self.rows(Invoice).select_related("collection"))
        form = PostponeForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose a day after today."))
            return redirect("dashboard:invoice", invoice.pk)
        try:
            retry_on(
                collection=invoice.collection,
                actor=self.actor,
                now=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("We try once more on that day."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:invoice", invoice.pk)


class InvoicePdf(DashboardView):
    """An invoice as a PDF."""

    needs = Area.INVOICES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk, self.rows(Invoice).select_related("business", "document"))
        return pdf_response(billing_pdfs.invoice_pdf(invoice=invoice, now=timezone.now()))


class ReceiptPdf(DashboardView):
    """A receipt as a PDF."""

    needs = Area.INVOICES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(Payment).select_related(
            "business", "receipt_document", "invoice__business", "series"
        )
        return pdf_response(
            billing_pdfs.current_receipt_pdf(
                payment=self.row(Payment, pk, related), now=timezone.now()
            )
        )
