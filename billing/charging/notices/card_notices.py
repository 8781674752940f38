"""Emails about a saved card: needed, removed, or about to expire."""

from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.books import owing
from billing.charging.notices.invoice_facts import invoice_values, other_way
from billing.models import (
    Collection,
    PaymentMethod,
)
from clients import portal_links, short_emails
from clients.models import Contact
from core import formats, links
from core.outbox.emails import Letter


def card_needed(collection: Collection, *, offers_debit: bool = False, now: datetime) -> None:
    """Ask the client to save a card, once per invoice; or a payment method, if there are others."""
    invoice = collection.invoice
    owed = owing.amount_owed(invoice)

    def to_client(contact: Contact, language: str) -> Letter:
        link = portal_links.portal_link(contact=contact, now=now, target="method:")
        return Letter(
            contact.email,
            "card_needed",
            {
                "invoice": invoice,
                "contact": contact,
                "link": links.placeholder("link", link.id),
                "debits": offers_debit,
                "amount": formats.money(owed, invoice.currency),
                "service": invoice.service,
                "way": other_way(invoice, owed),
            },
            language,
            collection.business,
            worded="card_needed",
            values=invoice_values(invoice, contact),
        )

    short_emails.email_with_copies(
        "card_needed", str(collection.id), invoice.addressee, invoice.language, to_client, now
    )


def card_removed(method: PaymentMethod, agreement: Agreement, *, now: datetime) -> None:
    """Tell client and owner that the card was removed at the gateway; ask for another one."""
    contact, business = agreement.reader, agreement.business
    is_debit = method.is_debit
    with translation.override(agreement.reader_language):
        short_emails.email_client(
            "card_removed",
            f"{method.id}:client",
            contact,
            agreement.reader_language,
            _("Please save a payment method again") if is_debit else _("Please save a card again"),
            [
                (
                    _("The bank account %(card)s that we debit for “%(title)s” is no longer saved.")
                    if is_debit
                    else _("The card %(card)s that we charge for “%(title)s” is no longer saved.")
                )
                % {"card": str(method), "title": agreement.title},
                _("Please save a payment method before the next payment.")
                if is_debit
                else _("Please save a card before the next charge."),
            ],
            now=now,
            button=_("Save a payment method") if is_debit else _("Save a card"),
            target="method:",
        )
    with translation.override(business.language):
        short_emails.email_owner(
            "card_removed",
            f"{method.id}:owner",
            business,
            _("The payment method of %(client)s was removed") % {"client": agreement.client.name},
            [
                _("%(method)s was removed at the gateway, not from here. ")
                % {"method": str(method)}
                + _("We asked the client to save another one.")
            ],
            links.absolute_url("dashboard:client", agreement.client_id),
            now,
            button=_("Open the client"),
        )


def card_expires(method: PaymentMethod, agreement: Agreement, day: date, *, now: datetime) -> None:
    """Tell the owner, once per charge, that a card runs out before the charge of that `day`.

    The client reads it in the notice of the charge.
    """
    business = agreement.business
    with translation.override(business.language):
        values = {"client": agreement.client.name, "card": str(method), "day": formats.day(day)}
        short_emails.email_owner(
            "card_expires",
            f"{agreement.pk}:{day}",
            business,
            _("The card of %(client)s expires soon") % values,
            [
                _("The card %(card)s expires before the next charge on %(day)s. ") % values
                + _("We asked the client to save another one.")
            ],
            links.absolute_url("dashboard:client", agreement.client_id),
            now,
            button=_("Open the client"),
        )
