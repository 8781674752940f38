"""Questions about money that screens ask; none of them computes a total of its own (rule 12)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.models import Collection, Invoice
from billing.states import CollectionState, InvoiceState
from core.dates import local_day
from core.models import Business


@dataclass(frozen=True)
class Standing:
    """How an invoice stands, for people: a word, a tone (good, warn, bad, mute, info), and the next date."""

    label: str
    tone: str
    next_on: date | None = None
    reason: str = ""


def owed(invoice: Invoice) -> int:
    """What is still to be paid: total less allocations (rule 18)."""
    if invoice.state == InvoiceState.VOID:
        return 0
    paid: int = invoice.allocations.aggregate(paid=Coalesce(Sum("amount"), 0))["paid"]
    return invoice.total - paid


def outstanding(business: Business) -> list[tuple[str, int, int]]:
    """(currency, amount, how many invoices) that are open, per currency."""
    rows = (
        Invoice.objects.filter(business=business, state=InvoiceState.OPEN)
        .order_by("currency")
        .values_list("currency")
        .annotate(amount=Sum("total"), count=Count("pk"))
    )
    return [(currency, amount, count) for currency, amount, count in rows]


def failed(business: Business) -> QuerySet[Collection]:
    """Collections whose last charge was declined and that wait for a date or a person."""
    waiting = (CollectionState.READY, CollectionState.DUNNING)
    found = Collection.objects.filter(business=business, state__in=waiting).exclude(reason="")
    return found.select_related("invoice__client", "invoice__agreement")


def parked(business: Business) -> QuerySet[Agreement]:
    """Agreements that wait for their owner's word."""
    return Agreement.objects.filter(business=business).exclude(parked_because="").select_related("client")


def failed_agreements(business: Business) -> set[UUID]:
    """Agreements with a declined charge."""
    return set(failed(business).values_list("invoice__agreement_id", flat=True))


def standing(invoice: Invoice) -> Standing:
    """In words, from the invoice and its collection (select_related them)."""
    if invoice.state == InvoiceState.PAID:
        return Standing(_("Paid"), "good")
    if invoice.state == InvoiceState.VOID:
        return Standing(_("Void"), "mute")
    collection = invoice.collection
    if collection.state == CollectionState.WAIT:
        return Standing(_("Being confirmed"), "info")
    if collection.state == CollectionState.DUNNING:
        return Standing(_("Needs a new card"), "bad", reason=decline_words(collection.reason))
    at = collection.next_at
    day = local_day(at, invoice.agreement.time_zone) if at else None
    if collection.reason:
        return Standing(_("Charge failed"), "bad", day, decline_words(collection.reason))
    return Standing(_("Scheduled"), "info", day)


def decline_words(code: str) -> str:
    """Why a card was declined, in words a client may read."""
    words: dict[str, Any] = {
        "insufficient_funds": _("There was not enough money on the card."),
        "lost_card": _("The card was reported as lost."),
        "expired_card": _("The card has expired."),
        "no_method": _("No card was saved yet."),
    }
    return words.get(code, _("The bank declined the charge.")) if code else ""
