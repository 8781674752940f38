"""Emails about a charge: declined, to be confirmed, unknown, paid too early or in part."""

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from billing.books import asked_words
from billing.books.queries import decline_message
from billing.charging.notices.invoice_facts import invoice_page, invoice_values, other_way
from billing.models import (
    Charge,
    Collection,
    Invoice,
    Payment,
)
from billing.rules import dunning
from clients import portal_links, short_emails
from clients.models import Contact
from core import formats, links
from core.outbox import emails
from core.outbox.emails import Letter


def charge_failed(
    collection: Collection, charge: Charge, again: date | None, *, now: datetime
) -> None:
    """Tell client and owner, once per charge; the client's email opens the card page (rule 23).

    The billing contacts get the client's email in copy.
    """
    invoice = collection.invoice
    paid = Payment.objects.filter(invoice__agreement=invoice.agreement_id)
    facts = {
        "invoice": invoice,
        "again": again,
        "is_debit": charge.method.is_debit,
        "is_first": not invoice.is_one_off and not paid.exists(),
        "card": str(charge.method),
        "service": invoice.service,
    }

    def to_client(contact: Contact, language: str) -> Letter:
        link = portal_links.portal_link(contact=contact, now=now, target="method:")
        return Letter(
            contact.email,
            "charge_failed_client",
            {
                **facts,
                **_decline_words(charge, invoice, again, language),
                "contact": contact,
                "link": links.placeholder("link", link.id),
                "way": other_way(invoice, charge.amount),
            },
            language,
            collection.business,
            worded="charge_failed",
            values=invoice_values(invoice, contact),
        )

    short_emails.email_with_copies(
        "charge_failed",
        f"{charge.id}:client",
        invoice.addressee,
        invoice.language,
        to_client,
        now,
    )
    language = collection.business.language
    words = facts | _decline_words(charge, invoice, again, language)
    _tell_owner_of_failure(charge, invoice, words, now)


def _tell_owner_of_failure(
    charge: Charge, invoice: Invoice, words: dict[str, Any], now: datetime
) -> None:
    business = invoice.business
    emails.write(
        kind="charge_failed",
        ref=f"{charge.id}:owner",
        to=business.owner.email,
        template="charge_failed_owner",
        context={**words, "contact": invoice.addressee, "link": invoice_page(invoice)},
        language=business.language,
        business=business,
        now=now,
    )


def _decline_words(
    charge: Charge, invoice: Invoice, again: date | None, language: str
) -> dict[str, str]:
    """What is said of a declined charge, in a language."""
    is_debit = charge.method.is_debit
    with translation.override(language):
        return {
            "reason": decline_message(charge.code, is_debit=is_debit),
            "again_on": formats.day(again),
            "later": "" if is_debit else _later(invoice, again),
            "amount": formats.money(charge.amount, charge.currency),
        }


def _later(invoice: Invoice, again: date | None) -> str:
    """The days on which a card is tried after that, if it is declined again."""
    days = dunning.retry_calendar(invoice.first_try_on) if again else []
    return ", ".join(formats.day(day) for day in days if again and day > again)


def confirmation_needed(collection: Collection, charge: Charge, *, now: datetime) -> None:
    """Ask the client, once per charge, to confirm it at their bank (rule 23).

    A charge that waits for a confirmation does not count as a failed try.
    """
    invoice = collection.invoice
    with translation.override(invoice.reader_language):
        amount = formats.money(charge.amount, charge.currency)
        short_emails.email_client(
            "confirm_charge",
            str(charge.id),
            invoice.addressee,
            invoice.reader_language,
            _("Please confirm a payment: %(number)s") % {"number": invoice.number},
            [
                _("Your bank asks you to confirm the payment of %(amount)s for invoice %(number)s.")
                % {"amount": amount, "number": invoice.number},
                _("Please confirm it within three days. Otherwise we ask you for another card.")
                if collection.action_url
                else _(
                    "Please confirm it with your bank within three days, or save another card now."
                ),
            ],
            now=now,
            button=_("Confirm at your bank") if collection.action_url else _("Save another card"),
            link=collection.action_url,
            target="method:",
        )


def paid_not_cancelled(collection: Collection, *, now: datetime) -> None:
    """Tell the owner that an invoice was paid before it could be cancelled."""
    invoice = collection.invoice
    with translation.override(collection.business.language):
        message = _(
            "Invoice %(number)s was paid before it could be cancelled. "
            "It stays paid; you can refund it."
        )
        short_emails.email_owner(
            "paid_not_cancelled",
            str(collection.id),
            collection.business,
            _("Paid before it was cancelled: %(number)s") % {"number": invoice.number},
            [message % {"number": invoice.number}],
            invoice_page(invoice),
            now,
            button=_("See the invoice"),
        )


def part_paid(collection: Collection, *, now: datetime) -> None:
    """Tell the owner, once, that less was charged than an invoice asks, and what can be done.

    The client reads in the receipt how to transfer the rest.
    """
    related = Invoice.objects.select_related("collection", "agreement")
    invoice = related.get(pk=collection.invoice_id)
    with translation.override(collection.business.language):
        why = _(
            "The charge for invoice %(number)s was less than the invoice asks for now: it was made "
            "before the database was restored from a backup."
        )
        short_emails.email_owner(
            "part_paid",
            str(collection.id),
            collection.business,
            _("Partly paid: %(number)s") % {"number": invoice.number},
            [why % {"number": invoice.number}, asked_words.status_of(invoice, now=now).owner_text],
            invoice_page(invoice),
            now,
            button=_("See the invoice"),
        )


def still_unknown(collection: Collection, charge: Charge, *, now: datetime) -> None:
    """Tell the owner, once per charge, that its outcome has been unknown for a day."""
    invoice = collection.invoice
    with translation.override(collection.business.language):
        message = _(
            "The gateway has not said for a day whether the charge of %(amount)s for invoice "
            "%(number)s succeeded. Nothing is charged again until it does. Please check the "
            "payment at your gateway."
        )
        values = {
            "number": invoice.number,
            "amount": formats.money(charge.amount, charge.currency),
        }
        short_emails.email_owner(
            "still_unknown",
            str(charge.id),
            collection.business,
            _("Unknown for a day: the charge for %(number)s") % values,
            [message % values],
            links.absolute_url("dashboard:unknown_charges"),
            now,
            button=_("See the charge"),
        )
