"""Actions on an invoice: refund, lower, void, pay out credit, record a transfer, hold."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.bank_transfer import apply_credit, take_back, transfers
from billing.books import asking, ledger, owing
from billing.charging import cancel_invoice, refund
from billing.emails import billing_pdfs
from billing.gateways import registry
from billing.gateways.exchange import is_at_former_account
from billing.models import CreditNote, Invoice, Payment, Refund, WithholdingCertificate
from billing.rules.errors import NotOwed
from billing.rules.states import BANK_TRANSFER
from billing.runs import hold
from core import formats, money
from core.errors import RuleError
from core.web.download import pdf_response
from dashboard.money.forms.payments import (
    CertificateForm,
    HoldForm,
    PayOutForm,
    ReasonForm,
    ReduceForm,
    RefundForm,
    TransferForm,
    VoidForm,
)
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


class RefundInvoice(InvoiceActionView):
    """Refund part or all of a paid invoice."""

    def form(self, invoice: Invoice, data: Any = None) -> RefundForm:
        total = money.format(invoice.total, invoice.currency)
        return RefundForm(
            data, currency=invoice.currency, initial={"amount": total, "to_card": "card"}
        )

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        _note, made = refund.refund_invoice(
            invoice=invoice, actor=self.actor, now=timezone.now(), **data
        )
        self.done = _("The credit note is issued. %(next)s") % {"next": _after_refund(made)}

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        return {
            "heading": _("Refund"),
            "press": _("Issue refund"),
            "aside": _(
                "An issued invoice never changes: "
                "a credit note with its own number takes back what you give."
            ),
            "warning": _former_account(refund.source(invoice)),
        }


def _former_account(payment: Payment | None) -> str:
    """Say that the owner makes the refund, if the payment's account was exchanged since."""
    if payment is None or not is_at_former_account(payment):
        return ""
    return _(
        "This payment arrived at the %(gateway)s account that was connected before. To send money "
        "back to the card, refund it in the dashboard of that account. Here we only record it."
    ) % {"gateway": registry.kinds()[payment.gateway].label}


def _after_refund(made: Refund | None) -> str:
    """What follows a refund: the money goes to the card, or the owner transfers it, or nothing."""
    if made is None:
        return _("The amount is the client's credit now.")
    if made.payment.gateway == BANK_TRANSFER:
        return _("Please transfer the money to the client at your bank.")
    if former := _former_account(made.payment):
        return former
    return _("It is on its way; a refund to a card takes the bank a few days.")


class ReduceInvoice(InvoiceActionView):
    """Lower what an open invoice asks for, by a credit note over the difference."""

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


class PayOutCredit(InvoiceActionView):
    """Send a client's credit back to where the payment of this invoice came from."""

    def form(self, invoice: Invoice, data: Any = None) -> PayOutForm:
        most = money.format(refund.payable(invoice), invoice.currency)
        return PayOutForm(data, currency=invoice.currency, initial={"amount": most})

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        made = refund.refund_credit(invoice=invoice, actor=self.actor, now=timezone.now(), **data)
        self.done = _("The refund is recorded. %(next)s") % {"next": _after_refund(made)}

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        payment = refund.source(invoice)
        credit = ledger.client_credit(invoice.client_id, invoice.currency)
        facts = [(_("Client’s credit"), formats.money(credit, invoice.currency))]
        if payment:
            at_most = formats.money(refund.payable(invoice), invoice.currency)
            facts += [(_("At most"), at_most), (_("Goes back to"), payment.method_label or "—")]
        return {
            "heading": _("Pay out credit"),
            "press": _("Pay out credit"),
            "facts": facts,
            "aside": _(
                "Credit that is not paid out pays the client’s next invoice. What goes back is "
                "never more than what "
                "this payment brought and was not given back yet."
            ),
            "confirm": _("Pay credit out to %(client)s? This cannot be taken back.")
            % {"client": invoice.client.name},
            "warning": _former_account(payment),
        }


class VoidInvoice(InvoiceActionView):
    """Void an open invoice, or write it off."""

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


class RecordTransfer(InvoiceActionView):
    """Record a bank transfer that arrived for an invoice; a surprising one is asked about first."""

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


class Certificates(DashboardView):
    """The list of withholding certificates, those still owed first."""

    template = "dashboard/money/certificates.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = (
            self.rows(WithholdingCertificate)
            .select_related("invoice", "client")
            .order_by("state", "-created_at")
        )
        return self.show(request, rows=rows[:200], form=CertificateForm(initial={"on": self.today}))


class UpdateCertificate(DashboardView):
    """Record a withholding certificate, or ask the client for it."""

    template = "dashboard/money/certificates.html"

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        certificate = self.row(
            WithholdingCertificate,
            pk,
            self.rows(WithholdingCertificate).select_related("invoice", "business"),
        )
        if "chase" in request.POST:
            transfers.request_certificate(certificate=certificate, now=timezone.now())
            messages.success(request, _("The client is asked for it."))
            return redirect("dashboard:certificates")
        form = CertificateForm(request.POST)
        if form.is_valid():
            try:
                transfers.receive_certificate(
                    certificate=certificate, now=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("The certificate is recorded."))
                return redirect("dashboard:certificates")
            except RuleError as error:
                add_error(form, error)
        rows = (
            self.rows(WithholdingCertificate)
            .select_related("invoice", "client")
            .order_by("state", "-created_at")
        )
        return self.show(request, 422, rows=rows[:200], form=form, open=certificate)


class CreditNotePdf(DashboardView):
    """A credit note as a PDF."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        note = self.row(
            CreditNote, pk, self.rows(CreditNote).select_related("invoice__business", "document")
        )
        return pdf_response(billing_pdfs.credit_note_pdf(note=note, now=timezone.now()))


class HoldBilling(DashboardView):
    """Put an agreement's billing on hold until the freelancer releases it."""

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
