"""Loads what `billing.rules.asking` needs: what one invoice, or a list of invoices, asks now."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Sum

from agreements.rules.terms import CollectBy
from billing.models import Allocation, Charge, CreditNote, Invoice, PaymentMethod
from billing.models.payment import SettledBy
from billing.rules.asking import Asked, Facts, Way, ask
from billing.rules.method_kinds import SCHEMES, expected_on, is_debit
from billing.rules.states import ChargeState, CollectionState, InvoiceState
from core.dates import local_day


def asked_of(invoice: Invoice, *, now: datetime | None = None) -> Asked:
    """Return what one invoice asks at `now`."""
    return asked_of_all([invoice], now=now)[invoice.pk]


def asked_of_all(invoices: Iterable[Invoice], *, now: datetime | None = None) -> dict[UUID, Asked]:
    """Return what each invoice asks at `now`, by id. Load them with `collection` and `agreement`.

    Without `now` nothing is overdue, which is enough where only amounts are read. The number of
    queries does not depend on the number of invoices. Lock the collections first if money moves
    because of the answer.
    """
    rows = list(invoices)
    settled: dict[UUID, dict[str, int]] = defaultdict(dict)
    sums = Allocation.objects.filter(invoice__in=[row.pk for row in rows]).order_by()
    for pk, by, amount in sums.values_list("invoice", "by").annotate(Sum("amount")):
        settled[pk][by] = amount
    withheld = [row.pk for row in rows if row.withholding]
    notes = CreditNote.objects.filter(invoice__in=withheld).order_by().values_list("invoice")
    noted = dict(notes.annotate(Sum("total"))) if withheld else {}
    debits = _debits(rows)
    on_the_way = _on_the_way(rows)
    return {
        row.pk: ask(
            _facts(
                row,
                settled[row.pk],
                noted.get(row.pk, 0),
                _today(row, now),
                way=_way(row, debits),
                sent=on_the_way.get(row.pk),
            )
        )
        for row in rows
    }


def asked_at_issue(invoice: Invoice) -> Asked:
    """Return what an invoice asked on the day it was issued, for its document.

    Client credit that paid a part of it on that day counts, and nothing that happened later.
    """
    spent = Allocation.objects.filter(invoice=invoice, by=SettledBy.BALANCE, ref=invoice.pk)
    settled = {"balance": spent.aggregate(sum=Sum("amount"))["sum"] or 0}
    way = _way(invoice, _debits([invoice]))
    is_paid = settled["balance"] == invoice.total
    return ask(
        Facts(
            total=invoice.total,
            tax=invoice.tax,
            withholding=invoice.withholding,
            noted=0,
            settled=settled,
            state=InvoiceState.PAID if is_paid else InvoiceState.OPEN,
            way=way,
            collection=CollectionState.SENT if way == Way.TRANSFER else CollectionState.READY,
            due_on=invoice.due_on,
            today=invoice.issued_on,
            next_on=invoice.due_on,
        )
    )


def ways(invoices: Iterable[Invoice]) -> dict[UUID, Way]:
    """Return how each invoice is paid, by id, in one query."""
    rows = list(invoices)
    debits = _debits(rows)
    return {row.pk: _way(row, debits) for row in rows}


def _way(invoice: Invoice, debits: set[UUID]) -> Way:
    if invoice.collect_by != CollectBy.CARD:
        return Way.TRANSFER
    return Way.DEBIT if invoice.client_id in debits else Way.CARD


def _debits(invoices: Iterable[Invoice]) -> set[UUID]:
    """Return the clients who pay by direct debit: their method in use, or the last one, is that."""
    clients = {row.client_id for row in invoices if row.collect_by == CollectBy.CARD}
    methods = PaymentMethod.objects.filter(client__in=clients).order_by(
        F("removed_at").asc(nulls_last=True), "created_at"
    )
    kinds = dict(methods.values_list("client", "kind"))  # the last one of each counts
    return {client for client, kind in kinds.items() if is_debit(kind)}


def _on_the_way(invoices: Iterable[Invoice]) -> dict[UUID, tuple[str, datetime]]:
    """Return kind and time of the direct debits that banks have now, by invoice."""
    waiting = [row.pk for row in invoices if row.collection.state == CollectionState.WAIT]
    if not waiting:
        return {}
    charges = Charge.objects.filter(
        invoice__in=waiting, state=ChargeState.PROCESSING, method__kind__in=list(SCHEMES)
    ).order_by()
    rows = charges.values_list("invoice", "method__kind", "sent_at")
    return {pk: (kind, sent_at) for pk, kind, sent_at in rows}


def _facts(
    invoice: Invoice,
    settled: dict[str, int],
    noted: int,
    today: date,
    *,
    way: Way,
    sent: tuple[str, datetime] | None,
) -> Facts:
    collection = invoice.collection
    zone = invoice.zone
    return Facts(
        total=invoice.total,
        tax=invoice.tax,
        withholding=invoice.withholding,
        noted=noted,
        settled=settled,
        state=InvoiceState(invoice.state),
        way=way,
        collection=CollectionState(collection.state),
        due_on=invoice.due_on,
        today=today,
        next_on=local_day(collection.next_at, zone) if collection.next_at else None,
        reason=collection.reason,
        may_confirm=bool(collection.action_url),
        expected_on=expected_on(sent[0], local_day(sent[1], zone)) if sent else None,
    )


def _today(invoice: Invoice, now: datetime | None) -> date:
    return local_day(now, invoice.zone) if now else invoice.due_on
