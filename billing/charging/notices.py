"""Emails about charges, refunds and disputes, queued in the transaction of the event."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.books import owing
from billing.books.queries import decline_message
from billing.models import (
    Charge,
    Collection,
    Dispute,
    Invoice,
    Payment,
    PaymentMethod,
    PaymentReversal,
    Refund,
)
from billing.rules import dunning
from clients import portal_links, short_emails
from clients.models import Contact
from clients.short_emails import Words
from clients.worded_emails import people
from core import formats, links
from core.outbox import emails
from core.outbox.emails import Letter

#: How an invoice is paid if not by card: the transfer, which is above this part, enters itself here
#: (billing.apps).
OTHER_WAYS: list[Callable[[Invoice, int], Any]] = []


def _other_way(invoice: Invoice, amount: int) -> Any:
    """Return how to pay `amount` (minor units) without a card; None if there is no other way."""
    return next((found for way in OTHER_WAYS if (found := way(invoice, amount))), None)


def charge_failed(
    collection: Collection, charge: Charge, again: date | None, *, now: datetime
) -> None:
    """Tell client and owner, once per charge; the client's email opens the card page (rule 23).

    The billing contacts get the client's email in copy.
    """
    invoice, owner = collection.invoice, collection.business.owner
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
                "way": _other_way(invoice, charge.amount),
            },
            language,
            collection.business,
            worded="charge_failed",
            values=_values(invoice, contact),
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
    emails.write(
        kind="charge_failed",
        ref=f"{charge.id}:owner",
        to=owner.email,
        template="charge_failed_owner",
        context={
            **facts,
            **_decline_words(charge, invoice, again, language),
            "contact": invoice.addressee,
            "link": _invoice_page(invoice),
        },
        language=language,
        business=collection.business,
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
    days = dunning.retry_calendar(invoice.due_on) if again else []
    return ", ".join(formats.day(day) for day in days if again and day > again)


def _values(invoice: Invoice, contact: Contact) -> dict[str, str]:
    """What an email about an invoice may name in the business's own words."""
    with translation.override(invoice.language):
        amount = formats.money(invoice.total, invoice.currency)
    return {**people(contact), "number": invoice.number, "amount": amount}


def _invoice_page(invoice: Invoice) -> str:
    return links.absolute_url("dashboard:invoice", invoice.pk)


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
                "way": _other_way(invoice, owed),
            },
            language,
            collection.business,
            worded="card_needed",
            values=_values(invoice, contact),
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
        )


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
                _("If it is not confirmed within three days we will ask you for another card."),
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
            _invoice_page(invoice),
            now,
        )


def still_unknown(collection: Collection, charge: Charge, *, now: datetime) -> None:
    """Tell the owner, once per charge, that its outcome has been unknown for a day."""
    invoice = collection.invoice
    with translation.override(collection.business.language):
        message = _(
            "For a day the gateway has not said what became of the charge for invoice %(number)s. "
        ) + _("Nothing is charged again until it does. Please check the payment at your gateway.")
        short_emails.email_owner(
            "still_unknown",
            str(charge.id),
            collection.business,
            _("Unknown for a day: the charge for %(number)s") % {"number": invoice.number},
            [message % {"number": invoice.number}],
            links.absolute_url("dashboard:unknown_charges"),
            now,
        )


def refunded(refund: Refund, *, now: datetime) -> None:
    """Tell the client, once per refund, that the money was sent back."""
    invoice = refund.payment.invoice

    def words() -> Words:
        amount = formats.money(refund.amount, refund.currency)
        sentence = _(
            "We have sent %(amount)s back to you for invoice %(number)s. "
            "Banks take a few days to show it."
        )
        return Words(
            _("Refund for %(number)s") % {"number": invoice.number},
            [sentence % {"amount": amount, "number": invoice.number}],
            _("See the invoice"),
        )

    short_emails.email_about_money(
        "refunded",
        str(refund.id),
        invoice.addressee,
        invoice.language,
        words,
        target=f"invoice:{invoice.id}",
        now=now,
    )


def refund_made_elsewhere(refund: Refund, gateway: str, *, now: datetime) -> None:
    """Tell the owner how a refund was booked that was made in the dashboard of `gateway`."""
    invoice = refund.payment.invoice
    with translation.override(refund.business.language):
        amount = formats.money(refund.amount, refund.currency)
        paragraphs = [
            _("%(amount)s of invoice %(number)s was refunded at %(gateway)s, not from here.")
            % {"amount": amount, "number": invoice.number, "gateway": gateway}
        ]
        if refund.credit_note:
            paragraphs.append(
                _("We issued credit note %(note)s over %(amount)s for it and emailed the client.")
                % {
                    "note": refund.credit_note.number,
                    "amount": formats.money(refund.credit_note.total, refund.currency),
                }
            )
        if refund.uncovered:
            paragraphs.append(
                _(
                    "%(amount)s is more than what was left of the invoice and of the client's "
                    "credit from it. We booked it as a loss. Please check the refund."
                )
                % {"amount": formats.money(refund.uncovered, refund.currency)}
            )
        short_emails.email_owner(
            "refund_elsewhere",
            str(refund.id),
            refund.business,
            _("A refund was made at %(gateway)s: %(number)s")
            % {"gateway": gateway, "number": invoice.number},
            paragraphs,
            _invoice_page(invoice),
            now,
        )


def refund_stuck(refund: Refund, *, now: datetime) -> None:
    """Tell the owner that a refund failed or that its outcome is unknown."""
    invoice = refund.payment.invoice
    with translation.override(refund.business.language):
        amount = formats.money(refund.amount, refund.currency)
        short_emails.email_owner(
            "refund_stuck",
            str(refund.id),
            refund.business,
            _("A refund needs you: %(number)s") % {"number": invoice.number},
            [
                _(
                    "The refund of %(amount)s for invoice %(number)s did not go through, "
                    "or is not known to have."
                )
                % {"amount": amount, "number": invoice.number}
            ],
            _invoice_page(invoice),
            now,
        )


def disputed(dispute: Dispute, *, now: datetime) -> None:
    """Tell the owner that a payment is disputed, and later how the dispute was decided."""
    invoice = dispute.payment.invoice
    with translation.override(dispute.business.language):
        amount = formats.money(dispute.amount, dispute.currency)
        message = _("%(amount)s of invoice %(number)s: %(state)s.") % {
            "amount": amount,
            "number": invoice.number,
            "state": dispute.get_state_display(),
        }
        short_emails.email_owner(
            "disputed",
            f"{dispute.id}:{dispute.state}",
            dispute.business,
            _("A payment is contested: %(number)s") % {"number": invoice.number},
            [message, *_what_to_do(dispute)],
            _invoice_page(invoice),
            now,
        )


def _returned_words(payment: Payment, invoice: Invoice) -> Words:
    """What the client reads of a direct debit that was returned, in the active language."""
    values = {
        "number": invoice.number,
        "method": payment.method_label,
        "amount": formats.money(payment.amount, payment.currency),
    }
    return Words(
        _("Your bank returned the payment of invoice %(number)s") % values,
        [
            _(
                "Your bank returned the direct debit of %(amount)s for invoice %(number)s "
                "(%(method)s). The invoice is open again, and its receipt is no longer valid."
            )
            % values,
            _(
                "We do not debit your account again on our own. Please save a payment method "
                "to pay the invoice, or reply to this email if you do not agree with it."
            ),
        ],
        _("Save a payment method"),
    )


def payment_returned(reversal: PaymentReversal, collection: Collection, *, now: datetime) -> None:
    """Tell client and owner, once, that the bank returned a direct debit that had been paid.

    Nothing is charged again by itself (rule 53).
    """
    payment, invoice, business = reversal.payment, collection.invoice, collection.business
    values = {
        "number": invoice.number,
        "method": payment.method_label,
        "client": invoice.client.name,
    }
    short_emails.email_about_money(
        "payment_returned",
        f"{payment.id}:client",
        invoice.addressee,
        invoice.language,
        partial(_returned_words, payment, invoice),
        target="method:",
        now=now,
    )
    with translation.override(business.language):
        values["amount"] = formats.money(payment.amount, payment.currency)
        short_emails.email_owner(
            "payment_returned",
            f"{payment.id}:owner",
            business,
            _("A direct debit of %(client)s was returned") % values,
            [
                _(
                    "The bank of %(client)s returned the direct debit of %(amount)s for invoice "
                    "%(number)s (%(method)s), which had been paid. The money was taken from your "
                    "account at the gateway. The invoice is open again, and its receipt is "
                    "cancelled."
                )
                % values,
                _(
                    "Nothing is debited again automatically. We asked the client for a payment "
                    "method. You can talk to them, and debit the account again once they agree."
                ),
            ],
            _invoice_page(invoice),
            now,
        )


def _what_to_do(dispute: Dispute) -> list[str]:
    if dispute.is_open:
        return [_("Answer at your gateway before its last day; the invoice stays paid.")]
    return []
