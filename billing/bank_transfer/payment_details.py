"""Payment details of an invoice for a transfer: account, reference and QR code (rule 20)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from agreements.rules.terms import CollectBy
from billing.bank_transfer.codes import epc, promptpay, qr
from billing.bank_transfer.codes.reference import creditor_reference
from billing.books import owing
from billing.models import BankDetails, Invoice
from billing.rules.states import InvoiceState
from core.models import Business


@dataclass(frozen=True)
class PaymentDetails:
    """What a client needs to pay an invoice by transfer. `amount` is in minor units.

    `code` is the QR code for the client's banking app as an SVG, and `kind` its standard (PromptPay
    or EPC); both are "" if the currency has no such code, or the bank details do not fit it.
    """

    bank: BankDetails
    amount: int
    reference: str
    code: str
    kind: str


def bank_details(business: Business) -> BankDetails:
    """Return the business's bank details; an empty, unsaved row if it has entered none."""
    return BankDetails.objects.filter(business=business).first() or BankDetails(business=business)


def transfer_details(invoice: Invoice) -> PaymentDetails | None:
    """Return how to pay an invoice by transfer; None if a card pays, or if it is not open.

    The amount is what is owed, less the tax that the client may withhold.
    """
    if invoice.collect_by != CollectBy.TRANSFER or invoice.state != InvoiceState.OPEN:
        return None
    bank, amount = bank_details(invoice.business), owing.amount_owed(invoice)
    due = max(0, amount - invoice.withholding) or amount
    kind, payload = _payload(bank, invoice, due)
    title = _("Code for your banking app")
    return PaymentDetails(
        bank,
        due,
        creditor_reference(invoice.number) or invoice.number,
        qr.draw_svg(payload, title=title) if payload else "",
        kind,
    )


def _payload(bank: BankDetails, invoice: Invoice, amount: int) -> tuple[str, str]:
    try:
        if invoice.currency == "THB" and bank.promptpay:
            return "PromptPay", promptpay.payload(bank.promptpay, amount)
        if invoice.currency == "EUR" and bank.account:
            reference = creditor_reference(invoice.number)
            text = "" if reference else invoice.number
            code = epc.payload(
                name=bank.holder,
                iban=bank.account,
                amount=amount,
                bic=bank.bic,
                reference=reference,
                text=text,
            )
            return "EPC", code
    except ValueError:
        return "", ""  # a code cannot carry these details; the page shows them as text
    return "", ""
