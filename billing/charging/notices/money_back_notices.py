"""Emails about money that goes back: refunds, disputes and returned debits."""

from datetime import datetime
from functools import partial

from django.utils import translation
from django.utils.translation import gettext as _

from billing.charging.notices.invoice_facts import invoice_page
from billing.models import (
    Collection,
    Dispute,
    Invoice,
    Payment,
    PaymentReversal,
    Refund,
)
from billing.rules.states import DisputeState, RefundState
from clients import short_emails
from clients.short_emails import Words
from core import formats


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
                _("We issued credit note %(note)s for %(amount)s and emailed it to the client.")
                % {
                    "note": refund.credit_note.number,
                    "amount": formats.money(refund.credit_note.total, refund.currency),
                }
            )
        if refund.uncovered:
            paragraphs.append(
                _(
                    "%(amount)s of it exceeds what was left of the invoice and of the client's "
                    "credit from it. We booked that part as a loss. Please check the refund."
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
            invoice_page(invoice),
            now,
            button=_("See the invoice"),
        )


def refund_stuck(refund: Refund, *, now: datetime) -> None:
    """Tell the owner, once, that a refund failed or that its outcome is unknown."""
    invoice = refund.payment.invoice
    with translation.override(refund.business.language):
        values = {
            "amount": formats.money(refund.amount, refund.currency),
            "number": invoice.number,
        }
        short_emails.email_owner(
            "refund_stuck",
            str(refund.id),
            refund.business,
            _("Please check a refund: %(number)s") % values,
            [sentence % values for sentence in _stuck_sentences(refund)],
            invoice_page(invoice),
            now,
            button=_("See the invoice"),
        )


def _stuck_sentences(refund: Refund) -> list[str]:
    """What the owner is told of a refund that failed, or whose outcome is unknown."""
    if refund.state != RefundState.FAILED:
        return [
            _(
                "The gateway does not confirm the refund of %(amount)s for invoice %(number)s. "
                "Please check at your gateway whether it was made before you refund again."
            )
        ]
    failed = _(
        "The refund of %(amount)s for invoice %(number)s failed: the client did not get the money."
    )
    if refund.uncovered:
        return [failed]
    return [failed, _("The amount is kept as the client's credit. You can refund it again.")]


def disputed(dispute: Dispute, *, now: datetime) -> None:
    """Tell the owner that a payment is disputed, and later how the dispute was decided."""
    invoice = dispute.payment.invoice
    with translation.override(dispute.business.language):
        values = {
            "amount": formats.money(dispute.amount, dispute.currency),
            "number": invoice.number,
            "client": invoice.client.name,
        }
        subject, message = _dispute_words(dispute)
        short_emails.email_owner(
            "disputed",
            f"{dispute.id}:{dispute.state}",
            dispute.business,
            subject % values,
            [message % values, *_what_to_do(dispute)],
            invoice_page(invoice),
            now,
            button=_("See the invoice"),
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
            invoice_page(invoice),
            now,
            button=_("See the invoice"),
        )


def _dispute_words(dispute: Dispute) -> tuple[str, str]:
    """The subject, and the sentence that says what the bank did, in the active language."""
    match dispute.state:
        case DisputeState.INQUIRY:
            return _("A bank asks about a payment: %(number)s"), _(
                "The bank of %(client)s asks about the payment of %(amount)s for invoice "
                "%(number)s. No money was withdrawn, and the invoice stays paid."
            )
        case DisputeState.WON:
            return _("Dispute won: %(number)s"), _(
                "The bank decided the dispute about %(amount)s of invoice %(number)s in your "
                "favour. You keep the money; there is nothing for you to do."
            )
        case DisputeState.LOST:
            return _("Dispute lost: %(number)s"), _(
                "The bank decided the dispute about %(amount)s of invoice %(number)s in favour of "
                "%(client)s, who gets the money back. We booked it as a loss; the invoice stays "
                "paid."
            )
        case DisputeState.CLOSED:
            return _("Dispute closed: %(number)s"), _(
                "The dispute about %(amount)s of invoice %(number)s ended without a decision. You "
                "keep the money; there is nothing for you to do."
            )
        case _other:
            return _("Payment contested: %(number)s"), _(
                "%(client)s contested the payment of %(amount)s for invoice %(number)s at their "
                "bank. The money is withheld until the bank decides; the invoice stays paid."
            )


def _what_to_do(dispute: Dispute) -> list[str]:
    if not dispute.is_open:
        return []
    if not dispute.answer_by:
        return [_("Please answer at your gateway as soon as you can.")]
    by = formats.moment(dispute.answer_by, dispute.business.time_zone)
    return [_("Please answer at your gateway by %(by)s.") % {"by": by}]
