"""Composes the emails to the owner about money that arrived (rule 56, billing.books.owner_news)."""

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from billing.books import owner_news
from billing.models import Invoice, Payment
from core import links
from core.outbox.emails import Letter


def compose_first_payment(ref: str, now: datetime) -> Letter:
    """Compose the email about the first payment of an agreement. `ref` is the agreement's id."""
    payment = Payment.objects.filter(invoice__agreement=UUID(ref)).order_by(
        "received_at", "seq", "id"
    )[0]
    invoice = _invoice(payment)
    with translation.override(invoice.business.language):
        facts = owner_news.facts_of(payment, invoice.client.name) | {"title": invoice.service}
        paragraphs = [
            _(
                "%(client)s paid %(amount)s for invoice %(number)s. It is the first payment of "
                "“%(title)s”."
            )
            % facts,
            _("We emailed the receipt to the client. There is nothing for you to do."),
        ]
        return _letter(
            invoice, _("%(client)s paid for the first time: %(amount)s"), facts, paragraphs
        )


def compose_payment(ref: str, now: datetime) -> Letter:
    """Compose the email about a payment that is not the first. `ref` is the payment's id."""
    payment = Payment.objects.get(pk=ref)
    invoice = _invoice(payment)
    with translation.override(invoice.business.language):
        facts = owner_news.facts_of(payment, invoice.client.name)
        paragraphs = [owner_news.sentence(payment, invoice.client.name)]
        return _letter(invoice, _("%(client)s paid %(amount)s"), facts, paragraphs)


def _invoice(payment: Payment) -> Invoice:
    return Invoice.objects.select_related("business__owner", "client", "agreement").get(
        pk=payment.invoice_id
    )


def _letter(invoice: Invoice, subject: str, facts: dict[str, str], paragraphs: list[str]) -> Letter:
    context = {
        "subject": subject % facts,
        "name": "",
        "paragraphs": paragraphs,
        "button": _("See the invoice"),
        "link": links.absolute_url("dashboard:invoice", invoice.pk),
    }
    business = invoice.business
    return Letter(business.owner.email, "note", context, business.language, business)
