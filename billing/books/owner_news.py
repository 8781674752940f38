"""Queues what the owner is to hear of money that arrived (rule 56).

The first payment of an agreement is told at once; each further one as the owner chose.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Payment
from clients.models import Client
from core import formats
from core.models import Business
from core.models.notification import Event, Hears
from core.outbox import emails, notification_choices, owner_notes


def tell(
    payments: Sequence[Payment], businesses: Mapping[UUID, Business], *, now: datetime
) -> None:
    """Queue what the owners are to hear of payments that were just booked.

    Load each payment's invoice. The number of queries does not depend on the number of payments.
    """
    paid_before = _paid_before(payments)
    first: dict[UUID, Business] = {}
    further: list[tuple[Payment, Business]] = []
    for payment in payments:
        agreement, business = payment.invoice.agreement_id, businesses[payment.business_id]
        if agreement is None or agreement in paid_before or agreement in first:
            further.append((payment, business))
        else:
            first[agreement] = business
    emails.post("first_payment", [(str(pk), first[pk]) for pk in first], now=now)
    hears = notification_choices.by_business(businesses.values(), Event.PAID)
    at_once = [
        (str(payment.pk), business)
        for payment, business in further
        if hears[business.pk] == Hears.NOW
    ]
    emails.post("payment", at_once, now=now)
    _note([one for one in further if hears[one[1].pk] == Hears.DAILY], now)


def _paid_before(payments: Sequence[Payment]) -> set[UUID]:
    """The agreements of these payments that had a payment before them."""
    others = Payment.objects.exclude(pk__in=[payment.pk for payment in payments]).filter(
        invoice__agreement__in={payment.invoice.agreement_id for payment in payments}
    )
    return set(others.order_by().values_list("invoice__agreement", flat=True).distinct())


def _note(told: Sequence[tuple[Payment, Business]], now: datetime) -> None:
    """Keep a sentence about each payment for the email of the day."""
    if not told:
        return
    clients = Client.objects.in_bulk({payment.client_id for payment, _business in told})
    notes = []
    for payment, business in told:
        with translation.override(business.language):
            said = sentence(payment, clients[payment.client_id].name)
        notes.append((business, "payment", str(payment.pk), said))
    owner_notes.note(notes, now=now)


def facts_of(payment: Payment, client: str) -> dict[str, str]:
    """Who paid, how much and for which invoice, in words. Load the payment's invoice."""
    amount = formats.money(payment.amount, payment.currency)
    return {"client": client, "amount": amount, "number": payment.invoice.number}


def sentence(payment: Payment, client: str) -> str:
    """What happened, in the active language."""
    return _("%(client)s paid %(amount)s for invoice %(number)s.") % facts_of(payment, client)
