"""How to pay an invoice by transfer: bank account, reference and QR code (rules 20 and 41)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from agreements.rules.terms import CollectBy
from billing.bank_transfer.codes import epc, promptpay
from billing.bank_transfer.codes.reference import creditor_reference
from billing.books import asking
from billing.models import BankDetails, Invoice
from billing.rules.asking import Asked
from core import formats
from core.documents import qr
from core.models import Business


@dataclass(frozen=True)
class PaymentDetails:
    """What a client needs to pay an invoice by transfer. `amount` is in minor units.

    `code` is the QR code for the client's banking app as an SVG, `kind` its standard (PromptPay or
    EPC) and `payload` its text; they are "" if the currency has no such code. `no_code` says to the
    freelancer why a code that should be there cannot be made.
    """

    bank: BankDetails
    currency: str
    amount: int
    due_on: date | None
    reference: str
    payload: str = ""
    kind: str = ""
    no_code: str = ""

    @property
    def code(self) -> str:
        """The QR code as an SVG; "" if there is none."""
        if not self.payload:
            return ""
        return qr.draw_svg(self.payload, title=_("Code for your banking app"))

    @property
    def picture(self) -> bytes:
        """The QR code as a PNG; b"" if there is none."""
        return qr.draw_png(self.payload) if self.payload else b""

    @property
    def code_in_email(self) -> str:
        """The QR code as a table, which mail programs show; "" if there is none."""
        if not self.payload:
            return ""
        return qr.draw_table(self.payload, title=_("Code for your banking app"))

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Label and value of everything to type into a transfer, in the active language."""
        return [
            (_("To transfer"), formats.money(self.amount, self.currency)),
            *([(_("Due"), formats.day(self.due_on))] if self.due_on else []),
            (_("Reference"), self.reference),
            *self.account,
        ]

    @property
    def account(self) -> list[tuple[str, str]]:
        """Label and value of each part of the account, in the active language."""
        return account_facts(self.bank, self.currency)

    @property
    def text(self) -> str:
        """The facts as lines of an email, in the active language."""
        return "\n".join(f"{label}: {value}" for label, value in self.facts)


def bank_details(business: Business) -> BankDetails:
    """Return the business's bank details; an empty, unsaved row if it has entered none."""
    return BankDetails.objects.filter(business=business).first() or BankDetails(business=business)


def can_receive(bank: BankDetails, currency: str) -> bool:
    """Whether a client can transfer this currency: PromptPay alone takes Thai baht only."""
    return bool(bank.account or (currency == "THB" and bank.promptpay))


def account_facts(bank: BankDetails, currency: str) -> list[tuple[str, str]]:
    """Label and value of each part of the account, in the active language.

    A PromptPay number takes Thai baht only, so it is left out for every other currency.
    """
    facts = [
        (_("Account holder"), bank.holder),
        (_("Bank"), bank.bank),
        (_("Account"), epc.grouped(bank.account)),
        (_("BIC"), bank.bic),
        (_("PromptPay"), bank.promptpay if currency == "THB" else ""),
    ]
    return [(label, value) for label, value in facts if value]


def transfer_details(invoice: Invoice, asked: Asked | None = None) -> PaymentDetails | None:
    """Return how to pay an invoice by transfer; None if a card pays, or if nothing is to be paid.

    The rest of an invoice that was charged in part is transferred, if a bank account is known.
    The amount is what the invoice asks now (`asked`, which is loaded if it is not given).
    """
    if invoice.collect_by != CollectBy.TRANSFER:
        is_rest = asked is not None and asked.is_rest
        return instead_of_card(invoice, asked.to_pay) if asked and is_rest else None
    asked = asked or asking.asked_of(invoice)
    if not asked.by_transfer:
        return None
    return _details(bank_details(invoice.business), invoice, asked.to_pay, asked.due_on)


def instead_of_card(invoice: Invoice, amount: int) -> PaymentDetails | None:
    """Return how to transfer what a card should have paid; None if no bank account is known."""
    bank = bank_details(invoice.business)
    is_known = can_receive(bank, invoice.currency)
    return _details(bank, invoice, amount, None) if is_known else None


def _details(
    bank: BankDetails, invoice: Invoice, amount: int, due_on: date | None
) -> PaymentDetails:
    payload, kind, no_code = _payload(bank, invoice, amount)
    reference = creditor_reference(invoice.number) or invoice.number
    return PaymentDetails(bank, invoice.currency, amount, due_on, reference, payload, kind, no_code)


def _payload(bank: BankDetails, invoice: Invoice, amount: int) -> tuple[str, str, str]:
    """Return the text of the code, its kind, and why there is none."""
    if not (bank.account or bank.promptpay):
        return "", "", _("You have not entered where clients transfer to.")
    try:
        if invoice.currency == "THB" and bank.promptpay:
            return promptpay.payload(bank.promptpay, amount), "PromptPay", ""
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
            return code, "EPC", ""
    except (promptpay.BadPromptPay, epc.BadTransfer) as error:
        return "", "", why_no_code(error.code)
    return "", "", ""


def why_no_code(code: str) -> str:
    """Say why a code cannot be made, in the active language. `code` is that of the error."""
    sentences = {
        "characters": _("The PromptPay number has characters other than digits."),
        "length": _("A PromptPay number is a mobile number, a 13-digit id or a 15-digit wallet."),
        "mobile": _("The PromptPay number is not a Thai mobile number."),
        "checksum": _("The PromptPay number has a wrong check digit. Compare it with your id."),
        "iban": _(
            "The IBAN has a wrong length or check digit. Compare it with your bank's letter."
        ),
        "bic": _("The BIC is not one: it has 8 or 11 characters."),
        "name": _("The name of the account holder is missing, or longer than 70 characters."),
        "amount": _("The amount is too large for a code."),
    }
    return sentences.get(code, _("The bank details do not fit into a code."))
