"""Composes the emails about invoices and payments.

An email is queued in the transaction in which the money moves, and composed here when it is sent.
A composer takes the `ref` under which the email was queued, and writes in the recipient's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.bank_transfer import payment_details
from billing.bank_transfer.payment_details import PaymentDetails
from billing.books import asked_words, asking, paid_parts
from billing.charging import saved_cards
from billing.emails import billing_pdfs, owner_payments, upcoming_charges
from billing.models import CreditNote, Invoice, Payment, WithholdingCertificate
from billing.rules.asking import Asked
from billing.rules.states import BANK_TRANSFER, InvoiceState
from clients import portal_links
from clients.models import Contact
from clients.people import billing_contacts
from clients.worded_emails import people
from core import formats, links
from core.models import Business, Document
from core.outbox.emails import COMPOSERS, WITH_PDF, Letter


@dataclass(frozen=True)
class _Said:
    """What an email says in one language: for its template, and for the business's own wording."""

    context: dict[str, Any]
    values: dict[str, str] = field(default_factory=dict)


_WHO = ("agreement__contact", "contact", "business__owner", "client", "collection")


def register_composers() -> None:
    """Register the composer of each kind of email with the outbox."""
    COMPOSERS.update(
        {
            "receipt": compose_receipt,
            "invoice": compose_invoice,
            "credit_note": compose_credit_note,
            "charge_ahead": compose_charge_ahead,
            "overdue_client": compose_overdue_client,
            "overdue_owner": compose_overdue_owner,
            "certificate_owed": compose_certificate_owed,
            "first_payment": owner_payments.compose_first_payment,
            "payment": owner_payments.compose_payment,
        }
    )
    WITH_PDF.update({"receipt", "invoice", "credit_note", "overdue_client"})


def compose_receipt(ref: str, now: datetime) -> Letter:
    """Compose the receipt of a payment, to the client. `ref` is the payment's id."""
    payment = Payment.objects.select_related("business__owner", "series").get(pk=ref)
    invoice = Invoice.objects.select_related(*_WHO).get(pk=payment.invoice_id)
    payment.invoice = invoice
    asked = asking.asked_of(invoice, now=now)

    def said() -> _Said:
        amount = formats.money(payment.amount, payment.currency)
        context = {
            "payment": payment,
            "payment_amount": amount,
            "by_transfer": payment.gateway == BANK_TRANSFER,
            "next_text": asked_words.after_payment(asked, invoice.currency),
            "way": payment_details.transfer_details(invoice, asked) if asked.is_rest else None,
            **paid_parts.figures_of(payment),
        }
        values = {"number": payment.receipt_number, "invoice": invoice.number, "amount": amount}
        return _Said(context, values)

    document = billing_pdfs.receipt_pdf(payment=payment, now=now)
    return _invoice_email("receipt", invoice, said, now, document)


def compose_invoice(ref: str, now: datetime) -> Letter:
    """Compose an invoice, to a client who pays by transfer or whose credit paid it.

    `ref` is the invoice's id.
    """
    invoice = Invoice.objects.select_related(*_WHO).get(pk=ref)
    asked = asking.asked_of(invoice, now=now)

    def said() -> _Said:
        context = {
            "asked": asked,
            "next_text": asked_words.describe(asked, invoice.currency).client_text,
            "way": payment_details.transfer_details(invoice, asked),
        }
        values = {
            "number": invoice.number,
            "amount": formats.money(invoice.total, invoice.currency),
            "day": formats.day(asked.due_on),
        }
        return _Said(context, values)

    document = billing_pdfs.invoice_pdf(invoice=invoice, now=now)
    return _invoice_email("invoice", invoice, said, now, document)


def compose_credit_note(ref: str, now: datetime) -> Letter:
    """Compose a credit note, to the client. `ref` is the credit note's id."""
    note = CreditNote.objects.get(pk=ref)
    invoice = Invoice.objects.select_related(*_WHO).get(pk=note.invoice_id)
    asked = asking.asked_of(invoice, now=now)

    def said() -> _Said:
        amount = formats.money(note.total, note.currency)
        values = {"amount": amount, "number": invoice.number, "note": note.number}
        sentence = (
            _("We have cancelled invoice %(number)s for %(amount)s by credit note %(note)s.")
            if asked.state == InvoiceState.VOID
            else _("We have credited %(amount)s of invoice %(number)s by credit note %(note)s.")
        )
        paragraphs = [
            sentence % values,
            _("Reason: %(reason)s") % {"reason": note.reason},
            *filter(None, [asked_words.describe(asked, invoice.currency).client_text]),
        ]
        subject = _("Credit note %(note)s") % {"note": note.number}
        return _Said(_plain(subject, paragraphs, _("See the invoice")))

    note.invoice = invoice
    document = billing_pdfs.credit_note_pdf(note=note, now=now)
    return _plain_email(invoice, said, now, document=document)


def compose_charge_ahead(ref: str, now: datetime) -> Letter:
    """Compose the notice of the next charge, to the client: amount, day and card.

    `ref` is "agreement id:day", with an ISO date.
    """
    pk, _sep, day = ref.partition(":")
    agreement = Agreement.objects.select_related(
        "contact__business", "client", "business__owner"
    ).get(pk=pk)
    method = saved_cards.card_in_use(agreement.client)
    with translation.override(agreement.reader_language):
        on = date.fromisoformat(day)
        charge = upcoming_charges.charge_on(agreement, on)
        values = {
            "amount": formats.money(charge.to_pay if charge else 0, agreement.currency),
            "day": formats.day(on),
            "card": str(method) if method else "",
            "title": agreement.title,
        }
        is_debit = method is not None and method.is_debit
        runs_out = method is not None and saved_cards.runs_out(method, on)
        paragraphs = ahead_paragraphs(values, is_debit=is_debit, runs_out=runs_out)
        button = _ahead_button(method is not None, is_debit=is_debit, runs_out=runs_out)
        subject = _("Next charge: %(amount)s on %(day)s") % values
        said = _Said(
            _plain(subject, paragraphs, button),
            {name: values[name] for name in ("amount", "day", "title")},
        )
        return _email(
            agreement.reader,
            agreement.reader_language,
            agreement.business,
            said,
            "method:",
            now,
            worded="charge_ahead",
        )


def _ahead_button(has_method: bool, *, is_debit: bool, runs_out: bool) -> str:
    """What the button of the notice says, in the active language."""
    if is_debit:
        return _("See how you pay")
    if not has_method:
        return _("Save a card")
    return _("Save another card") if runs_out else _("See your card")


def ahead_paragraphs(
    values: Mapping[str, str], *, is_debit: bool = False, runs_out: bool = False
) -> list[str]:
    """The paragraphs that announce a charge, in the active language.

    `values` are the amount, the day, the title and the card, which is empty where none is saved;
    the card may expire before that day (`runs_out`).
    """
    if is_debit:
        sentence = _(
            "On %(day)s we debit %(amount)s from your bank account (%(card)s) for “%(title)s”."
        )
        rest = _("There is nothing for you to do, unless you want to use another payment method.")
    elif values["card"]:
        sentence = _("On %(day)s we charge %(amount)s to your card %(card)s for “%(title)s”.")
        rest = _("There is nothing for you to do, unless you want to use another card.")
    else:
        sentence = _("%(amount)s for “%(title)s” is due on %(day)s, and no card is saved yet.")
        rest = _("Please save a card before then. We charge it on that day.")
    if runs_out:
        rest = _(
            "The card expires before that day. Please save another card, so that the payment "
            "does not fail."
        )
    return [sentence % values, rest]


def compose_overdue_client(ref: str, now: datetime) -> Letter:
    """Compose the reminder of a transfer that has not arrived, to the client.

    `ref` is "invoice id:number of the reminder".
    """
    invoice, asked = _invoice_and_asked(ref, now)

    def said() -> _Said:
        values = {
            "amount": formats.money(asked.to_pay, invoice.currency),
            "number": invoice.number,
            "title": invoice.service,
            "day": formats.day(asked.due_on),
        }
        way = payment_details.transfer_details(invoice, asked)
        paragraphs = [
            overdue_sentence(values)
            if way
            else asked_words.describe(asked, invoice.currency).client_text,
            overdue_thanks(),
        ]
        button = _("See how to pay") if way else _("See the invoice")
        return _Said(_plain(overdue_subject(values), paragraphs, button, way), values)

    document = billing_pdfs.invoice_pdf(invoice=invoice, now=now)
    return _plain_email(invoice, said, now, worded="overdue", document=document)


def overdue_subject(values: Mapping[str, str]) -> str:
    """The subject of the reminder of a transfer: its amount and the invoice's number."""
    return _("Overdue: %(amount)s for invoice %(number)s") % values


def overdue_sentence(values: Mapping[str, str]) -> str:
    """What has not arrived, and when it was due."""
    return (
        _(
            "%(amount)s for “%(title)s” (invoice %(number)s) was due on %(day)s and has not "
            "arrived yet."
        )
        % values
    )


def overdue_thanks() -> str:
    """What is said to whoever has paid in the meantime."""
    return _("If you have paid in the meantime, thank you; please ignore this email.")


def compose_overdue_owner(ref: str, now: datetime) -> Letter:
    """Compose the notice to the owner that the client was reminded. `ref` is as in the reminder."""
    invoice, asked = _invoice_and_asked(ref, now)
    business = invoice.business
    with translation.override(business.language):
        values = {
            "amount": formats.money(asked.to_pay, invoice.currency),
            "number": invoice.number,
            "client": invoice.client.name,
            "title": invoice.service,
            "day": formats.day(asked.due_on),
            "next": formats.day(asked.reminder_on),
        }
        sentence = _(
            "%(amount)s of %(client)s for “%(title)s” (invoice %(number)s) was due on %(day)s and "
            "has not arrived. We emailed the client a reminder."
        )
        follows = _("It was the last reminder. What happens now is your decision.")
        if asked.reminder_on:
            follows = _("The client gets the next reminder on %(next)s.")
        context = {
            "subject": _("Overdue: %(amount)s of %(client)s, invoice %(number)s") % values,
            "paragraphs": [sentence % values, follows % values],
            "button": _("See the invoice"),
            "link": links.absolute_url("dashboard:invoice", invoice.pk),
        }
    return Letter(business.owner.email, "note", context, business.language, business)


def compose_certificate_owed(ref: str, now: datetime) -> Letter:
    """Compose the request for a withholding certificate, to the client.

    `ref` is "certificate id:day".
    """
    certificate = WithholdingCertificate.objects.get(pk=ref.partition(":")[0])
    invoice = Invoice.objects.select_related(*_WHO).get(pk=certificate.invoice_id)

    def said() -> _Said:
        sentence = _(
            "For invoice %(number)s we are still waiting for the withholding tax certificate for "
            "%(amount)s."
        ) % {
            "amount": formats.money(certificate.amount, certificate.currency),
            "number": invoice.number,
        }
        reply = _("Please send it as a reply to this email. There is nothing more to transfer.")
        subject = _("Withholding certificate for %(number)s") % {"number": invoice.number}
        return _Said(_plain(subject, [sentence, reply], _("See the invoice")))

    return _plain_email(invoice, said, now)


def _invoice_and_asked(ref: str, now: datetime) -> tuple[Invoice, Asked]:
    invoice = Invoice.objects.select_related(*_WHO).get(pk=ref.partition(":")[0])
    return invoice, asking.asked_of(invoice, now=now)


def _plain(
    subject: str, paragraphs: list[str], button: str, way: PaymentDetails | None = None
) -> dict[str, Any]:
    """What the template of a short email shows, in the active language."""
    return {"subject": subject, "paragraphs": paragraphs, "button": button, "way": way}


def _plain_email(
    invoice: Invoice,
    said: Callable[[], _Said],
    now: datetime,
    worded: str = "",
    document: Document | None = None,
) -> Letter:
    """A short email about an invoice; the billing contacts get it in copy."""
    target = f"invoice:{invoice.pk}"

    def write(contact: Contact, language: str) -> Letter:
        return _email(contact, language, invoice.business, said(), target, now, worded, document)

    return billing_contacts.with_copies(invoice.addressee, invoice.language, write)


def _email(
    contact: Contact,
    language: str,
    business: Business,
    said: _Said,
    target: str,
    now: datetime,
    worded: str = "",
    document: Document | None = None,
) -> Letter:
    link = portal_links.portal_link(contact=contact, now=now, target=target)
    context = {**said.context, "name": contact.name, "link": links.placeholder("link", link.id)}
    return Letter(
        contact.email,
        "note",
        context,
        language,
        business,
        document,
        worded=worded,
        values={**people(contact), **said.values},
    )


def _invoice_email(
    template: str,
    invoice: Invoice,
    said: Callable[[], _Said],
    now: datetime,
    document: Document,
) -> Letter:
    """An email with the lines of an invoice; the billing contacts get it in copy."""

    def write(contact: Contact, language: str) -> Letter:
        link = portal_links.portal_link(contact=contact, now=now, target=f"invoice:{invoice.pk}")
        words = said()
        context = {
            "invoice": invoice,
            "contact": contact,
            "link": links.placeholder("link", link.id),
            **words.context,
        }
        return Letter(
            contact.email,
            template,
            context,
            language,
            invoice.business,
            document,
            worded=template,
            values={**people(contact), **words.values},
        )

    return billing_contacts.with_copies(invoice.addressee, invoice.language, write)
