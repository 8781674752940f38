"""The frame of pages with one form about one invoice."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from billing.bank_transfer import transfers
from billing.models import Invoice
from core.errors import RuleError
from dashboard.page import DashboardView, add_error


class InvoiceActionView(DashboardView):
    """The base of pages with one form about one invoice.

    Subclasses give the form, the action and the page's text; `done` is the message after the
    action. A refused action shows its reason at the field it is about.
    """

    template = "dashboard/money/invoice_form.html"
    done = ""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.invoice(pk)
        return self.page(request, invoice, self.form(invoice))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invoice = self.invoice(pk)
        form = self.form(invoice, request.POST)
        if form.is_valid():
            try:
                self.act(invoice, form.cleaned_data)
                messages.success(request, self.done)
                return redirect("dashboard:invoice", invoice.pk)
            except transfers.Surprising as error:
                form = self.form(invoice, request.POST)
                form.ask(str(error))  # type: ignore[attr-defined]  # the form of a transfer
            except RuleError as error:
                add_error(form, error)
        return self.page(request, invoice, form, status=422)

    def invoice(self, pk: UUID) -> Invoice:
        """The invoice with everything the actions need. Raises Http404."""
        return self.row(
            Invoice,
            pk,
            self.rows(Invoice).select_related("client", "collection", "agreement", "business"),
        )

    def page(
        self, request: HttpRequest, invoice: Invoice, form: forms.Form, status: int = 200
    ) -> HttpResponse:
        """Render the form with the page's text."""
        return self.show(request, status, invoice=invoice, form=form, **self.page_text(invoice))

    def form(self, invoice: Invoice, data: Any = None) -> forms.Form:
        """The form of the action."""
        raise NotImplementedError

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        """Perform the action with the form's cleaned data. Raises RuleError if it is refused."""
        raise NotImplementedError

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        """The page's text: its heading, the button's label, and a note beside the form."""
        raise NotImplementedError
