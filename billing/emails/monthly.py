"""The letters that follow money every month: announced where money moves, and written here when they are sent."""

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.running import effective_terms
from billing.books import owing
from billing.charging import methods
from billing.models import CreditNote, Invoice, Payment, WithholdingCertificate
from billing.rules import taxes
from clients import portal_links
from clients.models import Contact
from core import formats, links, money
from core.models import Business
from core.outbox.emails import COMPOSERS, Letter

_WHO = ("agreement__contact", "business__owner", "client")


def register() -> None:
    """Tell the outbox who writes what."""
    COMPOSERS.update(
        {
            "receipt": receipt,
            "invoice": invoice,
            "credit_note": credit_note,
            "charge_ahead": charge_ahead,
            "overdue_client": overdue_client,
            "overdue_owner": overdue_owner,
            "certificate_owed": certificate_owed,
        }
    )


def receipt(ref: str, now: datetime) -> Letter:
    """To the client, once per payment."""
    payment = Payment.objects.select_related("business__owner").get(pk=ref)
    found = Invoice.objects.select_related(*_WHO).get(pk=payment.invoice_id)
    context = {
        "payment": payment,
        "payment_amount": money.format(payment.amount, payment.currency, found.language),
    }
    return _to_client("receipt", found, context, now)


def invoice(ref: str, now: datetime) -> Letter:
    """To the client who pays by transfer, or whose credit paid it."""
    found = Invoice.objects.select_related(*_WHO).get(pk=ref)
    left = owing.owed(found)
    context = {
        "left": left,
        "left_words": money.format(left, found.currency, found.language),
        "due": found.due_on,
    }
    return _to_client("invoice", found, context, now)


def credit_note(ref: str, now: datetime) -> Letter:
    """To the client: what of an invoice was taken back, and why."""
    note = CreditNote.objects.get(pk=ref)
    found = Invoice.objects.select_related(*_WHO).get(pk=note.invoice_id)
    with translation.override(found.language):
        amount = money.format(note.total, note.currency, found.language)
        words = [
            _("we have taken back %(amount)s of invoice %(number)s. The credit note is %(note)s.")
            % {"amount": amount, "number": found.number, "note": note.number},
            _("Reason: %(reason)s") % {"reason": note.reason},
        ]
        subject = _("Credit note %(note)s") % {"note": note.number}
        return _note(found, subject, words, _("See the invoice"), now)


def charge_ahead(ref: str, now: datetime) -> Letter:
    """To the client, five days before: amount, day and card."""
    pk, _sep, day = ref.partition(":")
    agreement = Agreement.objects.select_related(
        "contact__business", "client", "business__owner"
    ).get(pk=pk)
    method = methods.in_use(agreement.client)
    with translation.override(agreement.language):
        on = date.fromisoformat(day)
        what = {
            "amount": money.format(
                _with_tax(agreement, on), agreement.currency, agreement.language
            ),
            "day": formats.day(on),
            "card": str(method) if method else "",
            "title": agreement.title,
        }
        if method:
            words = _("on %(day)s your card %(card)s is charged %(amount)s for “%(title)s”.") % what
        else:
            words = (
                _("on %(day)s %(amount)s is due for “%(title)s”, and there is no card yet.") % what
            )
        paragraphs = [
            words,
            _("There is nothing for you to do, unless you want to use another card."),
        ]
        if not method:
            paragraphs[1] = _("Please save a card; it is charged by itself on that day.")
        return _letter(
            agreement.contact,
            agreement.language,
            agreement.business,
            _("Next charge: %(amount)s on %(day)s") % what,
            paragraphs,
            _("Look at the card"),
            "method:",
            now,
        )


def overdue_client(ref: str, now: datetime) -> Letter:
    """To the client: a transfer has not come."""
    found, left = _overdue(ref)
    with translation.override(found.language):
        words = _(
            "%(amount)s for invoice %(number)s was due on %(day)s and has not arrived yet."
        ) % {
            "amount": money.format(left, found.currency, found.language),
            "number": found.number,
            "day": formats.day(found.due_on),
        }
        subject = _("Still open: %(number)s") % {"number": found.number}
        thanks = _("If it is on its way, thank you, and forget this letter.")
        return _note(found, subject, [words, thanks], _("See how to pay"), now)


def overdue_owner(ref: str, now: datetime) -> Letter:
    """To the owner: the client was reminded."""
    found, left = _overdue(ref)
    business = found.business
    with translation.override(business.language):
        words = _(
            "%(amount)s for invoice %(number)s of %(client)s has not arrived. The client was reminded."
        ) % {
            "amount": money.format(left, found.currency, business.language),
            "number": found.number,
            "client": found.client.name,
        }
        context = {
            "subject": _("Still open: %(number)s") % {"number": found.number},
            "paragraphs": [words],
        }
    return Letter(business.owner.email, "note", context, business.language, business)


def certificate_owed(ref: str, now: datetime) -> Letter:
    """To the client: the certificate for the tax that was withheld is still to come."""
    certificate = WithholdingCertificate.objects.get(pk=ref.partition(":")[0])
    found = Invoice.objects.select_related(*_WHO).get(pk=certificate.invoice_id)
    with translation.override(found.language):
        words = _(
            "for invoice %(number)s we still need the withholding tax certificate over %(amount)s."
        ) % {
            "amount": money.format(certificate.amount, certificate.currency, found.language),
            "number": found.number,
        }
        subject = _("Withholding certificate for %(number)s") % {"number": found.number}
        return _note(
            found,
            subject,
            [words, _("Please reply to this letter with it.")],
            _("See the invoice"),
            now,
        )


def _with_tax(agreement: Agreement, day: date) -> int:
    return taxes.figures(
        [effective_terms.billed_on(agreement, day).amount], agreement.taxes, agreement.tax_mode
    ).total


def _overdue(ref: str) -> tuple[Invoice, int]:
    found = Invoice.objects.select_related(*_WHO).get(pk=ref.partition(":")[0])
    return found, owing.owed(found)


def _note(
    found: Invoice, subject: str, paragraphs: list[str], button: str, now: datetime
) -> Letter:
    contact = found.agreement.contact
    return _letter(
        contact,
        found.language,
        found.business,
        subject,
        paragraphs,
        button,
        f"invoice:{found.pk}",
        now,
    )


def _letter(
    contact: Contact,
    language: str,
    business: Business,
    subject: str,
    paragraphs: list[str],
    button: str,
    target: str,
    now: datetime,
) -> Letter:
    door = portal_links.portal_link(contact=contact, now=now, target=target)
    context = {
        "subject": subject,
        "name": contact.name,
        "paragraphs": paragraphs,
        "button": button,
        "link": links.placeholder("link", door.id),
    }
    return Letter(contact.email, "note", context, language, business)


def _to_client(template: str, found: Invoice, context: dict[str, Any], now: datetime) -> Letter:
    contact = found.agreement.contact
    door = portal_links.portal_link(contact=contact, now=now, target=f"invoice:{found.pk}")
    full = {
        "invoice": found,
        "contact": contact,
        "link": links.placeholder("link", door.id),
        **context,
    }
    return Letter(contact.email, template, full, found.language, found.business)
