"""Billing's part of a history: documents that were issued, money in and out."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.models import (
    Allocation,
    Charge,
    CreditNote,
    Dispute,
    Invoice,
    Payment,
    PaymentReversal,
    Refund,
    WithholdingCertificate,
)
from billing.models.payment import SettledBy
from billing.rules.states import ChargeState, RefundState
from core import formats
from core.dates import local_instant
from core.history_facts import Fact
from core.models import Business
from core.tenancy import which_exist

SYSTEM_ACTOR = "Retainer Hub"  # named as the actor of what no person did


def agreement_facts(agreement: Agreement) -> list[Fact]:
    """Return the facts in no particular order. The number of queries does not depend on theirs."""
    own = Invoice.objects.filter(agreement=agreement)
    return facts_of(own, agreement.business, agreement.time_zone)


def facts_of(invoices: QuerySet[Invoice], business: Business, zone: str) -> list[Fact]:
    """Return the facts of some invoices, in no particular order; `zone` is that of their days.

    One query says which of the rarer kinds there are, and only these are read.
    """
    kinds: dict[str, QuerySet[Any]] = {
        "notes": CreditNote.objects.filter(invoice__in=invoices),
        "reversals": PaymentReversal.objects.filter(payment__invoice__in=invoices),
        "refunds": Refund.objects.filter(payment__invoice__in=invoices),
        "disputes": Dispute.objects.filter(payment__invoice__in=invoices),
        "certificates": WithholdingCertificate.objects.filter(
            invoice__in=invoices, received_on__isnull=False
        ),
        "write_offs": Allocation.objects.filter(invoice__in=invoices, by=SettledBy.WRITE_OFF),
    }
    found = which_exist(business, kinds)
    rows = {kind: own if kind in found else own.none() for kind, own in kinds.items()}
    return [
        *_invoices(invoices),
        *_notes(rows["notes"]),
        *_payments(invoices),
        *_reversals(rows["reversals"]),
        *_refunds(rows["refunds"]),
        *_disputes(rows["disputes"]),
        *_certificates(rows["certificates"], zone),
        *_write_offs(rows["write_offs"]),
    ]


def first_payment_facts(agreements: Iterable[Agreement]) -> list[Fact]:
    """Return the first payment of each agreement, in one query."""
    theirs = Payment.objects.filter(invoice__agreement=OuterRef("pk"))
    first = theirs.order_by("received_at", "seq", "id").values("pk")[:1]
    ids = Agreement.objects.filter(pk__in=[agreement.pk for agreement in agreements])
    rows = Payment.objects.filter(pk__in=ids.order_by().values_list(Subquery(first)))
    return [
        Fact(
            row.received_at,
            _("First payment received"),
            _("%(amount)s for invoice %(number)s")
            % {"amount": formats.money(row.amount, row.currency), "number": row.invoice.number},
        )
        for row in rows.select_related("invoice")
    ]


def _invoices(invoices: QuerySet[Invoice]) -> list[Fact]:
    rows = invoices.select_related("document")
    return [
        Fact(
            row.created_at,
            _("Invoice %(number)s issued") % {"number": row.number},
            _("%(amount)s, due %(day)s")
            % {"amount": formats.money(row.total, row.currency), "day": formats.day(row.due_on)},
            SYSTEM_ACTOR,
            document=row.document,
        )
        for row in rows
    ]


def _notes(rows: QuerySet[CreditNote]) -> list[Fact]:
    return [
        Fact(
            row.created_at,
            _("Credit note %(number)s for invoice %(invoice)s")
            % {"number": row.number, "invoice": row.invoice.number},
            f"{formats.money(row.total, row.currency)} · "
            f"{_('Reason: “%(reason)s”') % {'reason': row.reason}}",
            row.actor,
            document=row.document,
        )
        for row in rows.select_related("document", "invoice")
    ]


def _payments(invoices: QuerySet[Invoice]) -> list[Fact]:
    rows: QuerySet[Payment] = Payment.objects.filter(invoice__in=invoices)
    return [
        Fact(
            row.received_at,
            _("Payment received for invoice %(invoice)s") % {"invoice": row.invoice.number},
            " · ".join(
                filter(
                    None,
                    [formats.money(row.amount, row.currency), row.method_label, row.receipt_number],
                )
            ),
            document=row.receipt_document,
        )
        for row in rows.select_related("receipt_document", "invoice")
    ]


def _reversals(rows: QuerySet[PaymentReversal]) -> list[Fact]:
    return [
        Fact(
            row.created_at,
            _("Payment %(number)s taken back") % {"number": row.payment.receipt_number},
            f"{formats.money(row.amount, row.currency)} · "
            f"{_('Reason: “%(reason)s”') % {'reason': row.reason}}",
            row.actor,
            document=row.document,
        )
        for row in rows.select_related("payment", "document")
    ]


def _refunds(rows: QuerySet[Refund]) -> list[Fact]:
    outcomes = {
        RefundState.SUCCEEDED: _("Refund of payment %(number)s arrived"),
        RefundState.FAILED: _("Refund of payment %(number)s failed"),
    }
    facts = []
    for refund in rows.select_related("payment"):
        number, amount = (
            {"number": refund.payment.receipt_number},
            formats.money(refund.amount, refund.currency),
        )
        begun = (
            _("Refund of payment %(number)s made at the gateway")
            if refund.made_elsewhere
            else _("Refund of payment %(number)s asked for")
        )
        facts.append(Fact(refund.sent_at, begun % number, amount, refund.actor))
        if refund.finished_at and refund.state in outcomes:
            facts.append(
                Fact(refund.finished_at, outcomes[RefundState(refund.state)] % number, amount)
            )
    return facts


def _disputes(rows: QuerySet[Dispute]) -> list[Fact]:
    return [
        Fact(
            row.created_at,
            _("Payment %(number)s contested at the bank") % {"number": row.payment.receipt_number},
            formats.money(row.amount, row.currency),
        )
        for row in rows.select_related("payment")
    ]


def _certificates(rows: QuerySet[WithholdingCertificate], zone: str) -> list[Fact]:
    return [
        Fact(
            local_instant(row.received_on, 0, zone),
            _("Withholding certificate %(number)s received") % {"number": row.number},
            formats.money(row.amount, row.currency),
        )
        for row in rows
        if row.received_on
    ]


def _write_offs(rows: QuerySet[Allocation]) -> list[Fact]:
    return [
        Fact(
            row.created_at,
            _("Invoice %(invoice)s written off") % {"invoice": row.invoice.number},
            formats.money(row.amount, row.invoice.currency),
            inside=True,
        )
        for row in rows.select_related("invoice")
    ]


# --- lists ----------------------------------------------------------------------------------------


class Of(StrEnum):
    """Whose money: the look-up from a payment or a charge."""

    INVOICE = "invoice"
    AGREEMENT = "invoice__agreement"
    CLIENT = "invoice__client"


def newest(of: Of, ids: Iterable[UUID]) -> dict[UUID, Fact]:
    """The newest payment or declined charge of each of these rows, in two queries.

    Rows without any are left out.
    """
    wanted, found = {f"{of}__in": list(ids)}, dict[UUID, Fact]()
    declined = Charge.objects.filter(state=ChargeState.FAILED, finished_at__isnull=False)
    rows = [
        *((row, row.finished_at) for row in _last(declined.filter(**wanted), of, "finished_at")),
        *(
            (row, row.received_at)
            for row in _last(Payment.objects.filter(**wanted), of, "received_at")
        ),
    ]
    for row, at in sorted(rows, key=lambda each: each[1]):
        amount = formats.money(row.amount, row.currency)
        what = _("Charge declined")
        if isinstance(row, Payment):
            what = _("Paid %(amount)s") % {"amount": amount}
        found[row.whose] = Fact(at, what)
    return found


def _last(rows: QuerySet[Any], of: Of, at: str) -> QuerySet[Any]:
    """The newest of the rows for each `of`, with `whose`: its id."""
    later = rows.filter(**{of: OuterRef(of), f"{at}__gt": OuterRef(at)})
    last: QuerySet[Any] = rows.exclude(Exists(later)).annotate(whose=F(of))
    return last.order_by(at, "pk")
