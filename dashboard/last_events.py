"""What happened last with each row of a list, in a few words: "Viewed Growth, 2 days ago"."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements.models import Agreement, Proposal, WaitlistEntry
from agreements.signing import agreement_pdf
from billing.books import money_history
from billing.books.money_history import Of
from billing.models import Invoice
from clients.models import Call, Client
from core import audit, formats
from core.dates import local_day
from core.history_facts import Fact
from core.models import AuditEvent
from dashboard.page import DashboardView
from exports import timeline

#: The events that tell how a sale stands; codes, seals and what comes after are left out.
OF_A_SALE = frozenset(
    (
        *("offered", "offer_opened", "tier_seen", "asked", "answered", "forwarded", "extended"),
        *("waits", "told_of_room", "accepted", "opened", "reminded", "signed", "countersigned"),
        *("tier_changed", "link_copied"),
        *("reassigned", "declined", "withdrawn", "void", "expired"),
    )
)
RECENT = 14  # days after which the date is said instead of how long ago it was


def last_events(proposals: Iterable[Proposal], today: date, zone: str) -> dict[UUID, str]:
    """The last event of each proposal; one query for all.

    What happened to the agreements of its tiers counts as well, and of two at once more. A draft
    has none: it says when it was begun.
    """
    return _said(_of_proposals(proposals), today, zone)


def moments_of_proposals(proposals: Iterable[Proposal]) -> dict[UUID, datetime]:
    """When the last event of each proposal was (UTC), to sort them by."""
    return _moments(_of_proposals(proposals))


def _of_proposals(proposals: Iterable[Proposal]) -> dict[UUID, Fact]:
    rows = list(proposals)
    chains = {row.pk: [*(each.pk for each in row.agreements.all()), row.pk] for row in rows}
    begun = {row.pk: Fact(row.created_at, _("Draft started")) for row in rows}
    return begun | _recorded(chains, OF_A_SALE)


def of_clients(view: DashboardView, clients: Iterable[Client]) -> dict[UUID, str]:
    """The last event of each client: of its calls, proposals, agreements and money."""
    return _said(_of_clients(view, clients), view.today, view.business.time_zone)


def moments_of_clients(view: DashboardView, clients: Iterable[Client]) -> dict[UUID, datetime]:
    """When the last event of each client was (UTC), to sort them by."""
    return _moments(_of_clients(view, clients))


def _of_clients(view: DashboardView, clients: Iterable[Client]) -> dict[UUID, Fact]:
    facts = {
        row.pk: Fact(row.created_at, pgettext("what happened last", "Added")) for row in clients
    }
    calls = _calls(view, facts)
    chains: dict[UUID, list[UUID]] = {pk: [pk] for pk in facts}
    for rows in (view.rows(Agreement), view.rows(Proposal)):
        for client, pk in _pairs(rows, facts):
            chains[client].insert(0, pk)
    kinds = OF_A_SALE | set(_after_signing())
    recorded = _recorded(chains, kinds)
    money = money_history.newest(Of.CLIENT, facts)
    return _later(facts, calls, recorded, money)


def _pairs(rows: QuerySet[Any], clients: Iterable[UUID]) -> QuerySet[Any, Any]:
    """The ids of the clients and of their rows."""
    return rows.filter(client__in=list(clients)).order_by().values_list("client", "pk")


def _calls(view: DashboardView, clients: Iterable[UUID]) -> dict[UUID, Fact]:
    """The newest of the calls of each client: that it was held, or booked."""
    now, latest = timezone.now(), dict[UUID, Fact]()
    calls = view.rows(Call).filter(client__in=list(clients), cancelled_at__isnull=True)
    for client, booked, begins in calls.values_list("client", "created_at", "starts_at"):
        held = [Fact(begins, _("Call held"))] if begins <= now else []
        for fact in [Fact(booked, _("Call booked")), *held]:
            latest = _later(latest, {client: fact})
    return latest


def of_agreements(view: DashboardView, agreements: Iterable[Agreement]) -> dict[UUID, str]:
    """The last event of each agreement, or of its money."""
    return _said(_of_agreements(agreements), view.today, view.business.time_zone)


def moments_of_agreements(agreements: Iterable[Agreement]) -> dict[UUID, datetime]:
    """When the last event of each agreement was (UTC), to sort them by."""
    return _moments(_of_agreements(agreements))


def _of_agreements(agreements: Iterable[Agreement]) -> dict[UUID, Fact]:
    facts = {row.pk: Fact(row.created_at, _("Tier chosen")) for row in agreements}
    kinds = OF_A_SALE | set(_after_signing())
    recorded = _recorded({pk: [pk] for pk in facts}, kinds)
    money = money_history.newest(Of.AGREEMENT, facts)
    return _later(facts, recorded, money)


def of_invoices(view: DashboardView, invoices: Iterable[Invoice]) -> dict[UUID, str]:
    """The last payment or declined charge of each invoice, or when it was issued."""
    facts = {
        row.pk: Fact(row.created_at, pgettext("what happened last", "Issued")) for row in invoices
    }
    money = money_history.newest(Of.INVOICE, facts)
    return _said(_later(facts, money), view.today, view.business.time_zone)


def of_waiting(view: DashboardView, entries: Iterable[WaitlistEntry]) -> dict[UUID, str]:
    """The last event of the proposal of each entry of the waitlist."""
    rows = list(entries)
    joined = {row.pk: Fact(row.created_at, _("Joined the waitlist")) for row in rows}
    recorded = _recorded({row.pk: [row.proposal_id] for row in rows}, OF_A_SALE)
    return _said(_later(joined, recorded), view.today, view.business.time_zone)


def _after_signing() -> dict[str, str]:
    """The labels of what happens to an agreement that runs."""
    own = ("notice", "paused", "skipped", "resumed", "renewed", "trial_decided", "ended")
    labels = agreement_pdf.event_labels()
    return {name: labels[name] for name in own} | timeline.event_labels()


def _recorded(chains: Mapping[UUID, list[UUID]], kinds: Collection[str]) -> dict[UUID, Fact]:
    """The newest event of the chains of each row; of two at once that of the earlier chain."""
    events = audit.newest([pk for pks in chains.values() for pk in pks], kinds)
    found = {}
    for row, pks in chains.items():
        known = [events[pk] for pk in pks if pk in events]
        if known:
            event = max(known, key=lambda each: each.at)
            found[row] = Fact(event.at, _in_words(event))
    return found


def _later(*known: Mapping[UUID, Fact]) -> dict[UUID, Fact]:
    """The latest fact of each row; of two at once the one that is named last."""
    latest: dict[UUID, Fact] = {}
    for facts in known:
        for pk, fact in facts.items():
            if pk not in latest or fact.at >= latest[pk].at:
                latest[pk] = fact
    return latest


def _moments(facts: Mapping[UUID, Fact]) -> dict[UUID, datetime]:
    return {pk: fact.at for pk, fact in facts.items()}


def _said(facts: Mapping[UUID, Fact], today: date, zone: str) -> dict[UUID, str]:
    return {
        pk: _("%(what)s, %(when)s")
        % {"what": fact.what, "when": _ago(local_day(fact.at, zone), today)}
        for pk, fact in facts.items()
    }


def _in_words(event: AuditEvent) -> str:
    tier = event.data.get("tier")
    if event.event == "tier_seen" and tier:
        return _("Viewed %(tier)s") % {"tier": tier}
    if event.event == "accepted" and tier:
        return _("Picked %(tier)s") % {"tier": tier}
    own = {
        "offered": _("Sent"),
        "offer_opened": _("Opened"),
        "opened": _("Agreement opened"),
    }
    labels: Any = agreement_pdf.event_labels() | timeline.event_labels()
    return own.get(event.event) or str(labels.get(event.event, event.event))


def _ago(day: date, today: date) -> str:
    days = (today - day).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days > RECENT:
        return formats.day(day)
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}
