"""Letters about money, written in the transaction of the fact they tell."""

from datetime import date, datetime

from django.utils import translation

from billing.models import Charge, Collection, Invoice, Payment
from billing.queries import decline_words
from clients import entry
from core import links, money, outbox
from core.templatetags import rh


def receipt(payment: Payment, invoice: Invoice, *, now: datetime) -> None:
    """To the client, once per payment."""
    contact = invoice.agreement.contact
    link = entry.portal_link(contact=contact, now=now, target=f"invoice:{invoice.id}")
    outbox.write(
        kind="receipt",
        ref=str(payment.id),
        to=contact.email,
        template="receipt",
        context={
            "payment": payment,
            "invoice": invoice,
            "contact": contact,
            "payment_amount": money.format(payment.amount, payment.currency, invoice.language),
            "link": links.placeholder("link", link.id),
        },
        language=invoice.language,
        business=payment.business,
        now=now,
    )


def charge_failed(collection: Collection, charge: Charge, again: date | None, *, now: datetime) -> None:
    """To both sides, once per charge; the client's letter leads to the page for a new card (rule 23)."""
    invoice = collection.invoice
    contact = invoice.agreement.contact
    link = entry.portal_link(contact=contact, now=now, target="method:")
    sides = {
        "client": (contact.email, invoice.language, links.placeholder("link", link.id)),
        "owner": (collection.business.owner.email, collection.business.language, ""),
    }
    for side, (to, language, door) in sides.items():
        with translation.override(language):
            words = {"reason": decline_words(charge.code), "again_on": rh.day(again)}
        outbox.write(
            kind="charge_failed",
            ref=f"{charge.id}:{side}",
            to=to,
            template=f"charge_failed_{side}",
            context={"invoice": invoice, "contact": contact, "again": again, "link": door, **words},
            language=language,
            business=collection.business,
            now=now,
        )


def card_needed(collection: Collection, *, now: datetime) -> None:
    """To the client, once per invoice: there is nothing to charge yet."""
    invoice = collection.invoice
    contact = invoice.agreement.contact
    link = entry.portal_link(contact=contact, now=now, target="method:")
    outbox.write(
        kind="card_needed",
        ref=str(collection.id),
        to=contact.email,
        template="card_needed",
        context={"invoice": invoice, "contact": contact, "link": links.placeholder("link", link.id)},
        language=invoice.language,
        business=collection.business,
        now=now,
    )
