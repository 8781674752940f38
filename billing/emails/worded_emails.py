"""Emails about money that a business may open in its own words (rule 60), each with a sample."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.rules.price_ladders import prices
from billing.books.queries import decline_message
from billing.emails import invoice_emails
from clients.worded_emails import SAMPLE_LINK, sample_contact, sample_people
from core import formats
from core.models import Business
from core.outbox.emails import Letter
from core.outbox.worded_kinds import WordedKind, register

NUMBER = gettext_lazy("the number of the invoice")
SUM = gettext_lazy("the sum, with its currency")
CARD = "Visa •• 4242"
Names = dict[str, Promise]
OF_INVOICE: Names = {"number": NUMBER, "amount": SUM}


def register_kinds() -> None:
    """Register the kinds of this room, in the order in which a client gets them."""
    register(*_of_every_payment(), *_of_what_went_wrong())


def _of_every_payment() -> list[WordedKind]:
    return [
        WordedKind(
            "invoice",
            gettext_lazy("Invoice"),
            gettext_lazy("When an invoice is to be paid by bank transfer."),
            {**OF_INVOICE, "day": gettext_lazy("the day on which it is due")},
            _invoice,
        ),
        WordedKind(
            "receipt",
            gettext_lazy("Receipt"),
            gettext_lazy("When a payment has arrived."),
            {
                "number": gettext_lazy("the number of the receipt"),
                "invoice": NUMBER,
                "amount": SUM,
            },
            _receipt,
        ),
        WordedKind(
            "charge_ahead",
            gettext_lazy("Next charge"),
            gettext_lazy("Five days before a card or a bank account is charged."),
            {
                "amount": SUM,
                "day": gettext_lazy("the day of the charge"),
                "title": gettext_lazy("the title of the agreement"),
            },
            _charge_ahead,
        ),
    ]


def _of_what_went_wrong() -> list[WordedKind]:
    return [
        WordedKind(
            "overdue",
            gettext_lazy("Payment reminder"),
            gettext_lazy("When a transfer has not arrived on its due day."),
            {**OF_INVOICE, "day": gettext_lazy("the day on which it was due")},
            _overdue,
        ),
        WordedKind(
            "charge_failed",
            gettext_lazy("Charge declined"),
            gettext_lazy("When the client's card or bank account could not be charged."),
            OF_INVOICE,
            _charge_failed,
        ),
        WordedKind(
            "card_needed",
            gettext_lazy("Card missing"),
            gettext_lazy("When an invoice is due and no card is saved."),
            OF_INVOICE,
            _card_needed,
        ),
    ]


def _values(business: Business, today: date) -> dict[str, str]:
    year = today.year
    return {
        **sample_people(business),
        "number": f"INV-{year}-0007",
        "amount": formats.money(_fee(business), business.currency),
        "day": formats.day(today + timedelta(days=14)),
        "title": _("Monthly retainer"),
    }


def _fee(business: Business) -> int:
    return prices([5000], business.currency)[0]


def _sample_invoice(business: Business, values: dict[str, str], today: date) -> dict[str, Any]:
    """What templates read of an invoice, for one that does not exist."""
    line = {
        "description": values["title"],
        "starts_on": today,
        "ends_on": today + timedelta(days=30),
        "amount": _fee(business),
    }
    return {
        "number": values["number"],
        "currency": business.currency,
        "total": _fee(business),
        "lines": {"all": [line]},
        "taxes": [],
    }


def _letter(
    key: str, template: str, business: Business, values: dict[str, str], **context: Any
) -> Letter:
    whole = {"contact": sample_contact(values), "link": SAMPLE_LINK, **context}
    language = formats.language().code
    return Letter("", template, whole, language, business, worded=key, values=values)


def _invoice(business: Business, today: date) -> Letter:
    values = _values(business, today)
    facts = [
        (_("To transfer"), values["amount"]),
        (_("Due"), values["day"]),
        (_("Reference"), values["number"]),
    ]
    return _letter(
        "invoice",
        "invoice",
        business,
        values,
        invoice=_sample_invoice(business, values, today),
        asked={"left": _fee(business)},
        next_text=_("Please transfer %(amount)s by %(day)s.") % values,
        way={
            "facts": facts,
            "text": "\n".join(f"{label}: {value}" for label, value in facts),
        },
    )


def _receipt(business: Business, today: date) -> Letter:
    values = _values(business, today)
    number = values["number"]
    values |= {"number": f"REC-{today.year}-0007", "invoice": number}
    part = {"gross": _fee(business), "taxes": []}
    payment = {
        "receipt_number": values["number"],
        "method_label": CARD,
        "amount": _fee(business),
    }
    return _letter(
        "receipt",
        "receipt",
        business,
        values,
        invoice=_sample_invoice(business, {**values, "number": number}, today),
        payment=payment,
        payment_amount=values["amount"],
        by_transfer=False,
        next_text=_("There is nothing for you to do."),
        part=part,
        is_part=False,
    )


def _note(
    key: str,
    business: Business,
    values: dict[str, str],
    subject: str,
    paragraphs: list[str],
    button: str,
) -> Letter:
    context = {
        "subject": subject,
        "name": values["name"],
        "paragraphs": paragraphs,
        "button": button,
    }
    return _letter(key, "note", business, values, **context)


def _charge_ahead(business: Business, today: date) -> Letter:
    values = _values(business, today)
    subject = _("Next charge: %(amount)s on %(day)s") % values
    paragraphs = invoice_emails.ahead_paragraphs({**values, "card": CARD})
    return _note("charge_ahead", business, values, subject, paragraphs, _("Look at the card"))


def _overdue(business: Business, today: date) -> Letter:
    values = _values(business, today - timedelta(days=17))
    said = [invoice_emails.overdue_sentence(values), invoice_emails.overdue_thanks()]
    subject = invoice_emails.overdue_subject(values)
    return _note("overdue", business, values, subject, said, _("See how to pay"))


def _charge_failed(business: Business, today: date) -> Letter:
    values = _values(business, today)
    return _letter(
        "charge_failed",
        "charge_failed_client",
        business,
        values,
        invoice=SimpleNamespace(number=values["number"]),
        reason=decline_message("insufficient_funds", is_debit=False),
        is_debit=False,
        again=True,
        again_on=formats.day(today + timedelta(days=3)),
        later=", ".join(formats.day(today + timedelta(days=days)) for days in (7, 14)),
        **_charged(values),
    )


def _card_needed(business: Business, today: date) -> Letter:
    values = _values(business, today)
    return _letter(
        "card_needed",
        "card_needed",
        business,
        values,
        invoice=SimpleNamespace(number=values["number"]),
        **_charged(values),
    )


def _charged(values: dict[str, str]) -> dict[str, str]:
    """What the sample emails about a card name beside the invoice."""
    return {"amount": values["amount"], "service": values["title"], "card": "Visa ···· 4242"}
