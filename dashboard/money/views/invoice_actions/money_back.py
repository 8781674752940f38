"""Pages that send money back to a client: refunds, credit that is paid out, credit notes."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.books import ledger
from billing.charging import refund
from billing.emails import billing_pdfs
from billing.gateways import registry
from billing.gateways.exchange import is_at_former_account
from billing.models import CreditNote, Invoice, Payment, Refund
from billing.rules.states import BANK_TRANSFER
from core import formats, money
from core.team.roles import Area
from core.web.download import pdf_response
from dashboard.money.forms.payments import PayOutForm, RefundForm
from dashboard.money.views.invoice_actions.action_page import InvoiceActionView
from dashboard.page import DashboardView


class RefundInvoice(InvoiceActionView):
    """Refund part or all of a paid invoice."""

    needs = Area.INVOICES
    only_writes = True

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


class PayOutCredit(InvoiceActionView):
    """Send a client's credit back to where the payment of this invoice came from."""

    needs = Area.INVOICES
    only_writes = True
    at_most = 0  # how much can go back, as the form was made

    def form(self, invoice: Invoice, data: Any = None) -> PayOutForm:
        self.at_most = refund.payable(invoice)
        most = money.format(self.at_most, invoice.currency)
        return PayOutForm(data, currency=invoice.currency, initial={"amount": most})

    def act(self, invoice: Invoice, data: dict[str, Any]) -> None:
        made = refund.refund_credit(invoice=invoice, actor=self.actor, now=timezone.now(), **data)
        self.done = _("The refund is recorded. %(next)s") % {"next": _after_refund(made)}

    def page_text(self, invoice: Invoice) -> dict[str, Any]:
        payment = refund.source(invoice)
        credit = ledger.client_credit(invoice.client_id, invoice.currency)
        facts = [(_("Client’s credit"), formats.money(credit, invoice.currency))]
        if payment:
            at_most = formats.money(self.at_most, invoice.currency)
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


class CreditNotePdf(DashboardView):
    """A credit note as a PDF."""

    needs = Area.INVOICES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        note = self.row(
            CreditNote, pk, self.rows(CreditNote).select_related("invoice__business", "document")
        )
        return pdf_response(billing_pdfs.credit_note_pdf(note=note, now=timezone.now()))
