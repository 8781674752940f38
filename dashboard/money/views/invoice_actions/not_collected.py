"""Pages that collect less, or nothing: lower an invoice, void it, put billing on hold."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.books import owing
from billing.charging import cancel_invoice
from billing.models import Invoice
from billing.rules.errors import NotOwed
from billing.runs import hold
from core import formats
from core.team.roles import Area
from dashboard.money.forms.payments import HoldForm, ReduceForm, VoidForm
from dashboard.money.views.invoice_actions.action_page import InvoiceActionView
from dashboard.page import DashboardView


class ReduceInvoice(InvoiceActionView):
    """Lower what an open invoice asks for, by a credit note over the difference."""

    needs = Area.INVOICES
    only_writes = True

    @property
    def done(self) -> str:  # type: ignore[override]
        return _("The amount is lowered. The client gets the credit note by email.")

    def form(self, invoice: Invoice, data: Any = None) -> ReduceForm:
        return ReduceForm(data, currency=invoice.currency)

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        open_now = owing.amount_owed(invoice)
        said = {"amount": formats.money(open_now, invoice.currency)}
        if self.request.POST.get("seen") != str(open_now):
            raise NotOwed(
                _("Meanwhile %(amount)s is open. Please check the new amount.") % said,
                field="amount",
            )
        if not data["amount"]:
            raise NotOwed(_("To take back the whole invoice, void it instead."), field="amount")
        if data["amount"] >= open_now:
            raise NotOwed(_("Write less than the %(amount)s that is open.") % said, field="amount")
        cancel_invoice.reduce_invoice(
            invoice=invoice,
            amount=open_now - data["amount"],
            reason=data["reason"],
            actor=self.actor,
            now=timezone.now(),
        )

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        open_now = owing.amount_owed(invoice)
        return {
            "heading": _("Lower the amount"),
            "press": _("Lower the amount"),
            "facts": [(_("Still owed"), formats.money(open_now, invoice.currency))],
            "aside": _(
                "An issued invoice never changes: a credit note with its own number takes back "
                "the difference. "
                "Only the new amount is charged or asked for."
            ),
            "confirm": _(
                "Lower the amount of %(number)s for %(client)s? A credit note is issued and "
                "emailed to the client."
            )
            % {"number": invoice.number, "client": invoice.client.name},
            "seen": open_now,
        }


class VoidInvoice(InvoiceActionView):
    """Void an open invoice, or write it off."""

    needs = Area.INVOICES
    only_writes = True

    @property
    def done(self) -> str:  # type: ignore[override]
        return _("The charge is being cancelled at the gateway first. Then the invoice is void.")

    def form(self, invoice: Invoice, data: Any = None) -> VoidForm:
        return VoidForm(data)

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        actions: dict[str, Callable[..., Any]] = {
            "void": cancel_invoice.void_invoice,
            "write_off": cancel_invoice.write_off_invoice,
        }
        actions[data["how"]](
            invoice=invoice, reason=data["reason"], actor=self.actor, now=timezone.now()
        )

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        return {
            "heading": _("Void the invoice"),
            "press": _("Void invoice"),
            "aside": _(
                "If the money was taken meanwhile the invoice stays paid, and you can refund it."
            ),
        }


class HoldBilling(DashboardView):
    """Put an agreement's billing on hold until the freelancer releases it."""

    needs = Area.INVOICES
    only_writes = True
    template = "dashboard/money/hold_billing.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.show(request, agreement=self.row(Agreement, pk), form=HoldForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related("business"))
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self.show(request, 422, agreement=agreement, form=form)
        hold.hold_billing(
            agreement=agreement, actor=self.actor, now=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("Nothing is charged until you release it."))
        return redirect("dashboard:agreement", agreement.pk)
