"""Letters about money, written in the transaction of the fact they tell."""

from datetime import date, datetime

from billing.models import Charge, Collection, Invoice, Payment
from clients import entry
from core import links, outbox


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
    shared = {"invoice": invoice, "charge": charge, "contact": contact, "again": again}
    sides = {
        "client": (contact.email, invoice.language, links.placeholder("link", link.id)),
        "owner": (collection.business.owner.email, collection.business.language, ""),
    }
    for side, (to, language, door) in sides.items():
        outbox.write(
            kind="charge_failed",
            ref=f"{charge.id}:{side}",
            to=to,
            template=f"charge_failed_{side}",
            context=shared | {"link": door},
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
