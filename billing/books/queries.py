"""Queries about invoices and charges for the screens. Totals are read, not computed (rule 12)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.models.agreement import NOT_BILLABLE
from billing.books import asking
from billing.models import Charge, Collection, Invoice
from billing.rules import dunning
from billing.rules.asking import PART_PAID, Asked, Way
from billing.rules.states import ChargeState, CollectionState, InvoiceState
from clients.models import Client
from core.models import Business

#: What is read of an open invoice whose document nobody asks for.
FIGURES = (
    *("title", "state", "collect_by", "issued_on", "due_on", "currency", "time_zone"),
    *("subtotal", "tax", "total", "withholding"),
    *("collection__state", "collection__next_at", "collection__reason", "collection__action_url"),
    *("agreement__title", "agreement__time_zone", "agreement__currency"),
    *("client__name", "client__business"),
)


def open_invoices(business: Business) -> list[tuple[Invoice, Asked]]:
    """Return the open invoices and what each asks. What only their documents print is deferred."""
    unpaid = Invoice.objects.filter(business=business, state=InvoiceState.OPEN)
    rows = list(unpaid.select_related("collection", "agreement", "client").only(*FIGURES))
    asked = asking.asked_of_all(rows)
    return [(row, asked[row.pk]) for row in rows]


def outstanding_amounts(
    business: Business, opened: Iterable[tuple[Invoice, Asked]] | None = None
) -> list[tuple[str, int, int]]:
    """Return (currency, money to come in minor units, number of invoices) for each currency.

    Tax that a client withheld is not money to come: it is waited for as a certificate. `opened` are
    the `open_invoices`, if the caller has them already.
    """
    sums: dict[str, tuple[int, int]] = {}
    for invoice, asked in open_invoices(business) if opened is None else opened:
        if asked.to_pay:
            amount, count = sums.get(invoice.currency, (0, 0))
            sums[invoice.currency] = (amount + asked.to_pay, count + 1)
    return [(currency, *sums[currency]) for currency in sorted(sums)]


def late_collections(business: Business) -> QuerySet[Collection]:
    """Return the collections that wait for a date or a person: declined charges, late transfers."""
    has_reason = Q(state__in=(CollectionState.READY, CollectionState.SENT)) & ~Q(reason="")
    waiting = has_reason | Q(state=CollectionState.DUNNING)
    collections = Collection.objects.filter(waiting, business=business)
    return collections.select_related(
        "invoice__client", "invoice__agreement", "invoice__collection"
    )


def invoices_of(collections: QuerySet[Collection]) -> list[Invoice]:
    """Return the invoices of collections. What only their documents print is deferred."""
    own = ("state", "next_at", "reason", "action_url")
    fields = [f"invoice__{name}" for name in ("number", *FIGURES)]
    return [row.invoice for row in collections.only(*own, *fields)]


def agreements_on_hold(business: Business) -> QuerySet[Agreement]:
    """Return the agreements whose billing is on hold until their owner decides."""
    return (
        Agreement.objects.filter(business=business)
        .exclude(parked_because__in=("", NOT_BILLABLE))
        .select_related("client")
    )


def late_agreements(business: Business) -> dict[UUID, Way]:
    """Return the agreements with a declined charge or a late transfer, and how they are paid."""
    late = late_collections(business).exclude(reason="")  # without: nothing was declined
    of_agreements = late.filter(invoice__agreement__isnull=False)
    rows = of_agreements.values_list("invoice__agreement_id", "invoice__collect_by")
    return {pk: Way(collect_by) for pk, collect_by in rows}


def needs_decision(invoice: Invoice) -> bool:
    """Whether no retry is left, so that the owner decides: wait, pause or end (rule 23)."""
    row = invoice.collection
    return bool(
        invoice.state == InvoiceState.OPEN
        and row.state == CollectionState.DUNNING
        and row.reason != PART_PAID
    )


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
        .select_related("invoice__client", "method")
        .order_by("-sent_at", "-pk")
    )
    return [
        (charge, decline_message(charge.code, is_debit=charge.method.is_debit))
        for charge in charges[:limit]
    ]


def scheduled_one_offs(now: datetime) -> Q:
    """Match the collections of one-off invoices whose day is still to come; no card hastens it."""
    return Q(invoice__one_off__isnull=False, tries=0, reason="", next_at__gt=now)


def amounts_for_new_card(client: Client, *, now: datetime) -> list[tuple[str, int, list[Invoice]]]:
    """Return (currency, amount in minor units, invoices) that a new card is charged for at once.

    The page on which a card is saved names these amounts first. The rest of an invoice that was
    charged in part is not charged, and not among them.
    """
    collections = Collection.objects.filter(
        invoice__client=client, state__in=(CollectionState.DUNNING, CollectionState.READY)
    ).exclude(scheduled_one_offs(now))
    collections = collections.exclude(charges__state=ChargeState.SUCCEEDED)
    invoices = [
        invoice.invoice
        for invoice in collections.select_related(
            "invoice__collection", "invoice__agreement"
        ).order_by("invoice__issued_on")
    ]
    asked = asking.asked_of_all(invoices)
    by_currency: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        by_currency.setdefault(invoice.currency, []).append(invoice)
    return [
        (currency, sum(asked[invoice.pk].to_pay for invoice in group), group)
        for currency, group in sorted(by_currency.items())
    ]


def charges_to_confirm(client: Client) -> list[Invoice]:
    """Return the invoices whose charge waits until the client confirms it at their bank."""
    waiting = Invoice.objects.filter(
        client=client, state=InvoiceState.OPEN, collection__state=CollectionState.WAIT
    ).exclude(collection__action_url="")
    return list(waiting.select_related("collection", "agreement").order_by("-issued_on", "-pk"))


def retry_days(invoice: Invoice) -> list[date]:
    """Return the days on which the charge is retried, as both sides see them (rule 23)."""
    return dunning.retry_calendar(invoice.first_try_on)


def decline_message(code: str, *, is_debit: bool = False) -> str:
    """Translate a decline code into a sentence for clients; "" without a code.

    A client who pays by direct debit does not read of a card.
    """
    if is_debit and code in (of_debits := _debit_messages()):
        return of_debits[code]
    sentences: dict[str, Any] = {
        "insufficient_funds": _("There was not enough money on the card."),
        "lost_card": _("The card was reported as lost."),
        "expired_card": _("The card has expired."),
        "no_method": _("No card was saved yet."),
        "not_confirmed": _("The bank asked for a confirmation, and it did not come."),
        PART_PAID: _("Less was charged than is owed, and an invoice is charged only once."),
        "cancelled_at_gateway": _("The payment was cancelled at the gateway."),
        "cannot_charge": _("The gateway does not take this amount or currency."),
        "overdue": _("The transfer has not arrived."),
        "returned": _("The bank returned the direct debit."),
    }
    if code in sentences or not code:
        return str(sentences.get(code, ""))
    return (
        _("The bank refused the direct debit.") if is_debit else _("The bank declined the charge.")
    )


def _debit_messages() -> dict[str, str]:
    return {
        "insufficient_funds": _("There was not enough money in the bank account."),
        "account_closed": _("The bank account is closed."),
        "debit_not_authorized": _("The bank account's owner did not authorise the direct debit."),
        "no_method": _("No payment method is saved."),
        "other_currency": _("The saved bank account cannot be debited in this currency."),
    }
