"""What waits for the client: payments, signatures, decisions and proposals, most urgent first."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Amendment, Period, Proposal, Signature
from agreements.rules.states import (
    PICKED_STATES,
    RUNNING_STATES,
    AgreementState,
    AmendmentState,
    ProposalState,
)
from billing.books import asked_words
from billing.models import Invoice
from billing.rules.states import InvoiceState
from core import formats
from core.tenancy import scoped, which_exist
from delivery.models import Deliverable, Overage, Report
from delivery.rules.states import OverageState, ReportState
from delivery.work import pieces
from portal.access import PortalView

MOST = 100  # open invoices that are looked at
PERIODS, SHOWN = 12, 3  # the newest periods whose deliveries are looked at, and those that are said


@dataclass(frozen=True)
class Need:
    """One thing that waits, in a sentence, and the button that leads to it."""

    text: str
    button: str
    url: str
    is_bad: bool = False


def needs_of(view: PortalView, report: Report | None, *, now: datetime) -> list[Need]:
    """All that waits for this client; `report` is the last one.

    A fixed number of queries: one says which kinds wait, and only these are read.
    """
    agreements, changes = own_documents(view)
    sent = view.rows(Proposal).filter(state=ProposalState.SENT)
    rows: dict[str, QuerySet[Any]] = {
        "invoices": view.rows(Invoice).filter(state=InvoiceState.OPEN),
        "agreements": agreements.filter(state=AgreementState.SENT),
        "amendments": changes.filter(state=AmendmentState.SENT).select_related("agreement"),
        "overages": view.rows(Overage).filter(state=OverageState.ASKED).select_related("period"),
        "proposals": sent.exclude(agreements__state__in=PICKED_STATES),
        "periods": _with_delivered_work(view),
    }
    waiting = which_exist(view.contact.business, rows)
    rows = {kind: own if kind in waiting else own.none() for kind, own in rows.items()}
    return [
        *_payments(rows["invoices"], now),
        *_to_sign("agreement", rows["agreements"]),
        *_to_sign("amendment", rows["amendments"]),
        *_overages(rows["overages"]),
        *_decision(report),
        *_proposals(rows["proposals"]),
        *_approvals(view, rows["periods"]),  # last: they are asked for, and never needed
    ]


def _payments(rows: QuerySet[Invoice], now: datetime) -> Iterator[Need]:
    rows = rows.select_related("collection", "agreement").order_by("issued_on", "pk")[:MOST]
    waiting = asked_words.statuses(rows, now=now)
    for invoice, status in waiting:
        if status.asked.waits_for_bank:
            text = f"{invoice.number}: {status.client_text}"
            yield Need(text, _("Confirm at your bank"), invoice.collection.action_url)
    bad = [(invoice, status) for invoice, status in waiting if status.is_bad]
    if len(bad) > 1:
        yield _unpaid(bad)
    for invoice, status in bad if len(bad) == 1 else []:
        text, page = f"{invoice.number}: {status.client_text}", reverse("portal:method")
        if not status.asked.needs_card:
            is_sent = status.asked.by_transfer or status.asked.is_rest
            label = _("How to pay") if is_sent else _("Open the invoice")
            yield Need(text, label, reverse("portal:invoice", args=[invoice.pk]), is_bad=True)
        else:
            yield Need(text, status.card_button, page, is_bad=True)


def _unpaid(bad: list[tuple[Invoice, asked_words.InvoiceStatus]]) -> Need:
    """Several unpaid invoices in one line, with their sum in each currency."""
    sums: dict[str, int] = defaultdict(int)
    for invoice, status in bad:
        sums[invoice.currency] += status.asked.to_pay
    text = ngettext(
        "%(n)s invoice is unpaid: %(amount)s", "%(n)s invoices are unpaid: %(amount)s", len(bad)
    ) % {
        "n": len(bad),
        "amount": ", ".join(formats.money(amount, code) for code, amount in sorted(sums.items())),
    }
    if all(status.asked.needs_card for _invoice, status in bad):
        return Need(text, bad[-1][1].card_button, reverse("portal:method"), is_bad=True)
    return Need(text, _("See the invoices"), reverse("portal:invoices"), is_bad=True)


def own_documents(view: PortalView) -> tuple[QuerySet[Agreement], QuerySet[Amendment]]:
    """The agreements and amendments that this person reads.

    Somebody who sees no money reads those that they are to sign or have signed (rule 78).
    """
    agreements, changes = view.rows(Agreement), view.rows(Amendment)
    if view.shows_money:
        return agreements, changes
    own = scoped(Signature, view.contact.business).filter(contact=view.contact)
    return (
        agreements.filter(pk__in=own.filter(amendment=None).values("agreement")),
        changes.filter(pk__in=own.values("amendment")),
    )


def _to_sign(noun: str, rows: QuerySet[Any]) -> Iterator[Need]:
    for row in rows:
        text = _("“%(title)s” waits for a signature.") % {"title": row.title}
        yield Need(text, _("Read and sign"), reverse(f"portal:{noun}", args=[row.pk]))


def _overages(rows: QuerySet[Overage]) -> Iterator[Need]:
    for row in rows:
        text = _("Approve up to %(hours)s more?") % {"hours": formats.hours(row.minutes)}
        yield Need(text, _("Review and answer"), reverse("portal:overage", args=[row.pk]))


def _decision(report: Report | None) -> Iterator[Need]:
    if report and report.decision and not report.answer:
        page = reverse("portal:answer", args=[report.pk])
        yield Need(report.decision, _("Review and answer"), page)


def _with_delivered_work(view: PortalView) -> QuerySet[Period]:
    """The periods whose report is not sent yet, and in which something was delivered."""
    periods = scoped(Period, view.contact.business)
    if not view.contact.business.asks_approval:
        return periods.none()
    return periods.filter(
        Exists(_delivered(view).filter(period=OuterRef("pk"))),
        agreement__client=view.client,
        agreement__state__in=RUNNING_STATES,
    ).exclude(report__state=ReportState.SENT)


def _delivered(view: PortalView) -> QuerySet[Deliverable]:
    return scoped(Deliverable, view.contact.business).filter(done__gt=0)


def _approvals(view: PortalView, rows: QuerySet[Period]) -> Iterator[Need]:
    """Delivered work of the periods whose report is not sent yet, one line for each period."""
    newest = {period.pk: period for period in rows.order_by("-starts_on", "pk")[:PERIODS]}
    waiting = dict.fromkeys(newest, 0)
    delivered = pieces.delivered(_delivered(view).filter(period__in=newest))
    for piece in pieces.waiting_of(delivered):
        waiting[piece.deliverable.period_id] += piece.count
    said = [(newest[pk], count) for pk, count in waiting.items() if count]
    for period, count in said[:SHOWN]:
        text = ngettext(
            "%(period)s: %(n)s delivered item waits for your approval",
            "%(period)s: %(n)s delivered items wait for your approval",
            count,
        ) % {"n": count, "period": formats.months(period.starts_on, period.ends_on)}
        yield Need(text, _("Review and answer"), reverse("portal:work", args=[period.pk]))


def _proposals(rows: QuerySet[Proposal]) -> Iterator[Need]:
    for row in rows:
        text = _("A proposal is waiting for you: %(title)s") % {"title": row.title}
        yield Need(text, _("Open the proposal"), reverse("portal:proposal", args=[row.pk]))
