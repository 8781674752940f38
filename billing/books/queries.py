"""Queries about invoices and charges for the screens. Totals are read, not computed (rule 12)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.models.agreement import NOT_BILLABLE
from billing.books import owing
from billing.models import Allocation, Charge, Collection, Invoice
from billing.rules import dunning
from billing.rules.states import ChargeState, CollectionState, InvoiceState
from clients.models import Client
from core.dates import local_day
from core.models import Business


@dataclass(frozen=True)
class InvoiceStatus:
    """The status of an invoice as it is shown, in the active language.

    `tone` is good, warn, bad, mute or info. `next_on` is the day of the next charge, or the due
    date of a transfer, in the agreement's time zone.
    """

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


def outstanding_amounts(business: Business) -> list[tuple[str, int, int]]:
    """Return (currency, amount owed in minor units, number of open invoices) for each currency."""
    unpaid = Invoice.objects.filter(business=business, state=InvoiceState.OPEN)
    rows = (
        unpaid.order_by("currency")
        .values_list("currency")
        .annotate(amount=Sum("total"), count=Count("pk"))
    )
    settled = dict(
        Allocation.objects.filter(invoice__in=unpaid)
        .order_by()
        .values_list("invoice__currency")
        .annotate(Sum("amount"))
    )
    return [
        (currency, amount - settled.get(currency, 0), count) for currency, amount, count in rows
    ]


def failed_collections(business: Business) -> QuerySet[Collection]:
    """Return the collections whose last charge failed and that wait for a date or a person."""
    waiting = (CollectionState.READY, CollectionState.DUNNING, CollectionState.SENT)
    collections = Collection.objects.filter(business=business, state__in=waiting).exclude(reason="")
    return collections.select_related("invoice__client", "invoice__agreement")


def agreements_on_hold(business: Business) -> QuerySet[Agreement]:
    """Return the agreements whose billing is on hold until their owner decides."""
    return (
        Agreement.objects.filter(business=business)
        .exclude(parked_because__in=("", NOT_BILLABLE))
        .select_related("client")
    )


def agreements_with_failed_charge(business: Business) -> set[UUID]:
    """Return the ids of the agreements that have a collection in `failed`."""
    return set(failed_collections(business).values_list("invoice__agreement_id", flat=True))


def needs_decision(invoice: Invoice) -> bool:
    """Whether no retry is left, so that the owner decides: wait, pause or end (rule 23)."""
    return bool(
        invoice.state == InvoiceState.OPEN and invoice.collection.state == CollectionState.DUNNING
    )


def invoice_status(invoice: Invoice) -> InvoiceStatus:
    """Return the invoice's status. Load the invoice with its collection and agreement."""
    if invoice.state == InvoiceState.PAID:
        return InvoiceStatus(_("Paid"), "good")
    if invoice.state in (InvoiceState.VOID, InvoiceState.WRITTEN_OFF):
        return InvoiceStatus(str(invoice.get_state_display()), "mute")
    collection = invoice.collection
    if collection.state == CollectionState.WAIT and collection.action_url:
        return InvoiceStatus(_("Waits for the client's bank"), "warn")
    if collection.state in (CollectionState.WAIT, CollectionState.VOIDING):
        return InvoiceStatus(str(collection.get_state_display()), "info")
    if collection.state == CollectionState.SENT:
        return _transfer(invoice, collection)
    if collection.state == CollectionState.DUNNING:
        return InvoiceStatus(
            _("Needs a new card"), "bad", reason=decline_message(collection.reason)
        )
    at = collection.next_at
    day = local_day(at, invoice.agreement.time_zone) if at else None
    if collection.reason:
        return InvoiceStatus(_("Charge failed"), "bad", day, decline_message(collection.reason))
    return InvoiceStatus(_("Scheduled"), "info", day)


def _transfer(invoice: Invoice, collection: Collection) -> InvoiceStatus:
    """Return the status of an open invoice that is paid by bank transfer."""
    if collection.next_at is None and not collection.reason:
        return InvoiceStatus(_("Certificate owed"), "warn")
    if collection.reason:
        return InvoiceStatus(_("Overdue"), "bad", reason=_("The transfer has not arrived."))
    return InvoiceStatus(_("Sent"), "info", invoice.due_on)


def unknown_charges(business: Business) -> QuerySet[Charge]:
    """Return the charges whose outcome is not known yet, oldest first."""
    charges = Charge.objects.filter(
        business=business, state__in=[ChargeState.SENT, ChargeState.UNKNOWN]
    )
    return charges.select_related("invoice__client", "collection", "method").order_by(
        "sent_at", "pk"
    )


def recent_charges(business: Business, limit: int = 30) -> list[tuple[Charge, str]]:
    """Return the latest charges, each with the reason why it failed ("" if it did not)."""
    charges = (
        Charge.objects.filter(business=business)
        .select_related("invoice__client")
        .order_by("-sent_at", "-pk")
    )
    return [(charge, decline_message(charge.code)) for charge in charges[:limit]]


def amounts_for_new_card(client: Client) -> list[tuple[str, int, list[Invoice]]]:
    """Return (currency, amount in minor units, invoices) that a new card is charged for at once.

    The page on which a card is saved names these amounts first.
    """
    collections = Collection.objects.filter(
        invoice__client=client, state__in=(CollectionState.DUNNING, CollectionState.READY)
    )
    invoices = [
        invoice.invoice
        for invoice in collections.select_related("invoice").order_by("invoice__issued_on")
    ]
    owed = owing.amounts_owed(invoices)
    by_currency: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        by_currency.setdefault(invoice.currency, []).append(invoice)
    return [
        (currency, sum(owed[invoice.pk] for invoice in group), group)
        for currency, group in sorted(by_currency.items())
    ]


def retry_days(invoice: Invoice) -> list[date]:
    """Return the days on which the charge is retried, as both sides see them (rule 23)."""
    return dunning.retry_calendar(invoice.due_on)


def decline_message(code: str) -> str:
    """Translate a decline code into a sentence for clients; "" without a code."""
    sentences: dict[str, Any] = {
        "insufficient_funds": _("There was not enough money on the card."),
        "lost_card": _("The card was reported as lost."),
        "expired_card": _("The card has expired."),
        "no_method": _("No card was saved yet."),
        "not_confirmed": _("The bank asked for a confirmation, and it did not come."),
        "cancelled_at_gateway": _("The payment was cancelled at the gateway."),
        "cannot_charge": _("The gateway does not take this amount or currency."),
        "overdue": _("The transfer has not arrived."),
    }
    return sentences.get(code, _("The bank declined the charge.")) if code else ""
