"""Questions about money that screens ask; none of them computes a total of its own (rule 12)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.books import owing
from billing.models import Allocation, Charge, Collection, Invoice
from billing.rules import dunning
from billing.rules.states import ChargeState, CollectionState, InvoiceState
from clients.models import Client
from core.dates import local_day
from core.models import Business


@dataclass(frozen=True)
class Standing:
    """How an invoice stands, for people: a word, a tone (good, warn, bad, mute, info), and the next date."""

    label: str
    tone: str
    next_on: date | None = None
    reason: str = ""

    @property
    def is_good(self) -> bool:
        """Whether all is well."""
        return self.tone == "good"

    @property
    def is_bad(self) -> bool:
        """Whether somebody must do something."""
        return self.tone == "bad"


def owed(invoice: Invoice) -> int:
    """What is still to be paid: total less allocations (rule 18)."""
    return owing.owed(invoice)


def outstanding(business: Business) -> list[tuple[str, int, int]]:
    """(currency, amount, how many invoices) that are open, per currency."""
    still = Invoice.objects.filter(business=business, state=InvoiceState.OPEN)
    rows = (
        still.order_by("currency")
        .values_list("currency")
        .annotate(amount=Sum("total"), count=Count("pk"))
    )
    settled = dict(
        Allocation.objects.filter(invoice__in=still)
        .order_by()
        .values_list("invoice__currency")
        .annotate(Sum("amount"))
    )
    return [
        (currency, amount - settled.get(currency, 0), count) for currency, amount, count in rows
    ]


def failed(business: Business) -> QuerySet[Collection]:
    """Collections whose last charge was declined and that wait for a date or a person."""
    waiting = (CollectionState.READY, CollectionState.DUNNING, CollectionState.SENT)
    found = Collection.objects.filter(business=business, state__in=waiting).exclude(reason="")
    return found.select_related("invoice__client", "invoice__agreement")


def parked(business: Business) -> QuerySet[Agreement]:
    """Agreements that wait for their owner's word."""
    return (
        Agreement.objects.filter(business=business)
        .exclude(parked_because="")
        .select_related("client")
    )


def failed_agreements(business: Business) -> set[UUID]:
    """Agreements with a declined charge."""
    return set(failed(business).values_list("invoice__agreement_id", flat=True))


def undecided(invoice: Invoice) -> bool:
    """Whether nothing more is tried by itself, and the owner chooses: wait, pause, end (rule 23)."""
    return bool(
        invoice.state == InvoiceState.OPEN and invoice.collection.state == CollectionState.DUNNING
    )


def standing(invoice: Invoice) -> Standing:
    """In words, from the invoice and its collection (select_related them)."""
    if invoice.state == InvoiceState.PAID:
        return Standing(_("Paid"), "good")
    if invoice.state in (InvoiceState.VOID, InvoiceState.WRITTEN_OFF):
        return Standing(str(invoice.get_state_display()), "mute")
    collection = invoice.collection
    if collection.state == CollectionState.WAIT and collection.action_url:
        return Standing(_("Waits for the client's bank"), "warn")
    if collection.state in (CollectionState.WAIT, CollectionState.VOIDING):
        return Standing(str(collection.get_state_display()), "info")
    if collection.state == CollectionState.SENT:
        return _transfer(invoice, collection)
    if collection.state == CollectionState.DUNNING:
        return Standing(_("Needs a new card"), "bad", reason=decline_words(collection.reason))
    at = collection.next_at
    day = local_day(at, invoice.agreement.time_zone) if at else None
    if collection.reason:
        return Standing(_("Charge failed"), "bad", day, decline_words(collection.reason))
    return Standing(_("Scheduled"), "info", day)


def _transfer(invoice: Invoice, collection: Collection) -> Standing:
    """An invoice that waits for the client's bank."""
    if collection.next_at is None and not collection.reason:
        return Standing(_("Certificate owed"), "warn")
    if collection.reason:
        return Standing(_("Overdue"), "bad", reason=_("The transfer has not arrived."))
    return Standing(_("Sent"), "info", invoice.due_on)


def unknown(business: Business) -> QuerySet[Charge]:
    """Charges whose outcome nobody knows yet, oldest first."""
    found = Charge.objects.filter(
        business=business, state__in=[ChargeState.SENT, ChargeState.UNKNOWN]
    )
    return found.select_related("invoice__client", "collection", "method").order_by("sent_at", "pk")


def happened(business: Business, limit: int = 30) -> list[tuple[Charge, str]]:
    """The latest charges, and why where one was declined."""
    rows = (
        Charge.objects.filter(business=business)
        .select_related("invoice__client")
        .order_by("-sent_at", "-pk")
    )
    return [(row, decline_words(row.code)) for row in rows[:limit]]


def open_for(client: Client) -> list[tuple[str, int, list[Invoice]]]:
    """(currency, sum, invoices) that the next card saved is charged for at once: said before it is done."""
    waits = Collection.objects.filter(
        invoice__client=client, state__in=(CollectionState.DUNNING, CollectionState.READY)
    )
    rows = [row.invoice for row in waits.select_related("invoice").order_by("invoice__issued_on")]
    left = owing.of(rows)
    found: dict[str, list[Invoice]] = {}
    for row in rows:
        found.setdefault(row.currency, []).append(row)
    return [
        (currency, sum(left[row.pk] for row in some), some)
        for currency, some in sorted(found.items())
    ]


def retry_days(invoice: Invoice) -> list[date]:
    """The days on which an unpaid charge is tried again: what both sides see (rule 23)."""
    return dunning.calendar(invoice.due_on)


def decline_words(code: str) -> str:
    """Why a card was declined, in words a client may read."""
    words: dict[str, Any] = {
        "insufficient_funds": _("There was not enough money on the card."),
        "lost_card": _("The card was reported as lost."),
        "expired_card": _("The card has expired."),
        "no_method": _("No card was saved yet."),
        "not_confirmed": _("The bank asked for a confirmation, and it did not come."),
        "cancelled_at_gateway": _("The payment was cancelled at the gateway."),
        "cannot_charge": _("The gateway does not take this amount or currency."),
        "overdue": _("The transfer has not arrived."),
    }
    return words.get(code, _("The bank declined the charge.")) if code else ""
