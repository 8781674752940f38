"""Pages that record what arrived for an invoice by transfer or as credit, or take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.bank_transfer import apply_credit, take_back, transfers
from billing.books import asking
from billing.models import Invoice, Payment
from core import formats, money
from core.team.roles import Area
from dashboard.money.forms.payments import ReasonForm, TransferForm
from dashboard.money.views.invoice_actions.action_page import InvoiceActionView
from dashboard.page import DashboardView


class RecordTransfer(InvoiceActionView):
    """Record a bank transfer that arrived for an invoice; a surprising one is asked about first."""

    needs = Area.INVOICES
    only_writes = True

    @property
    def done(self) -> str:  # type: ignore[override]
        return _("The payment is recorded.")

    def form(self, invoice: Invoice, data: Any = None) -> TransferForm:
        asked = asking.asked_of(invoice)
        amount = money.format(asked.to_pay or asked.left, invoice.currency)
        return TransferForm(
            data, currency=invoice.currency, initial={"amount": amount, "on": self.today}
        )

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        transfers.record_transfer(invoice=invoice, actor=self.actor, now=timezone.now(), **data)

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        asked = asking.asked_of(invoice)
        facts = [(_("Left to pay"), formats.money(asked.to_pay, invoice.currency))]
        if asked.withheld:
            withheld = formats.money(asked.withheld, invoice.currency)
            facts.append((_("Withholding tax, for a certificate"), withheld))
        return {
            "heading": _("Record a payment"),
            "press": _("Record payment"),
            "facts": facts,
            "aside": _(
                "What is more than the invoice becomes the client's credit and pays the next one."
            ),
        }


class TakeBackPayment(InvoiceActionView):
    """Take back a transfer that was recorded by mistake."""

    needs = Area.INVOICES
    only_writes = True

    @property
    def done(self) -> str:  # type: ignore[override]
        return _("The payment is taken back, and its receipt is marked as cancelled.")

    def invoice(self, pk: UUID) -> Invoice:
        """The invoice of the payment. Raises Http404."""
        related = self.rows(Payment).select_related("invoice", "business")
        self.payment = self.row(Payment, pk, related)
        return super().invoice(self.payment.invoice_id)

    def form(self, invoice: Invoice, data: Any = None) -> ReasonForm:
        return ReasonForm(data)

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        take_back.take_back_payment(
            payment=self.payment, actor=self.actor, now=timezone.now(), **data
        )

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        amount = formats.money(self.payment.amount, self.payment.currency)
        return {
            "heading": _("Take the payment back"),
            "press": _("Take the payment back"),
            "facts": [
                (_("Payment"), amount),
                (_("Receipt"), self.payment.receipt_number),
                (_("Reference"), self.payment.reference.partition(":")[2]),
            ],
            "aside": _(
                "For a payment that was recorded by mistake. The invoice is open again; payment "
                "and receipt stay in the books, marked as cancelled. To return money to the "
                "client, use a refund instead."
            ),
            "confirm": _("Take back the payment of %(amount)s for invoice %(number)s?")
            % {"amount": amount, "number": invoice.number},
        }


class ApplyCredit(DashboardView):
    """Let a client's credit pay the oldest open invoices."""

    needs = Area.INVOICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.row(Invoice, pk)
        paid = apply_credit.apply_credit(
            client=invoice.client, currency=invoice.currency, now=timezone.now()
        )
        if paid:
            message = _("%(amount)s of credit was applied to open invoices.")
            messages.success(request, message % {"amount": formats.money(paid, invoice.currency)})
        else:
            messages.info(request, _("There is no open invoice that credit can pay now."))
        return redirect("dashboard:invoice", invoice.pk)
