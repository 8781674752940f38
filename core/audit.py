"""Writes and checks the audit trail: hash-chained events that say who did what, and when (rule 29).

Every subject (an agreement, a client, a report) has one chain, whose id is the subject's own id.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from core.digest import digest
from core.models import AuditEvent, Business


@dataclass(frozen=True)
class Origin:
    """Where a request came from. An unknown part stays empty and is printed as "not recorded"."""

    ip: str | None = None
    user_agent: str = ""


UNSEEN = Origin()


def record(
    *,
    business: Business,
    chain_id: UUID,
    event: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append one event to the chain of `chain_id` and return it. `now` is its time (UTC).

    If two transactions append to one chain at once, the unique event number makes the second fail
    with IntegrityError.
    """
    with transaction.atomic():
        last = (
            AuditEvent.objects.select_for_update().filter(chain_id=chain_id).order_by("-n").first()
        )
        audit_event = AuditEvent(
            business=business,
            chain_id=chain_id,
            n=last.n + 1 if last else 1,
            event=event,
            actor=actor[:250],
            at=now,
            created_at=now,
            ip=origin.ip,
            user_agent=origin.user_agent[:300],
            data=data or {},
            previous=last.hash if last else "",
        )
        audit_event.hash = event_hash(audit_event)
        audit_event.save(force_insert=True)
    return audit_event


def begin(
    chains: Iterable[tuple[Business, UUID, dict[str, Any]]],
    *,
    event: str,
    actor: str,
    now: datetime,
) -> None:
    """Start many new chains with their first event, in one INSERT.

    `chains` holds (business, chain_id, data) for each new chain.
    """
    rows = [
        AuditEvent(
            business=business,
            chain_id=chain_id,
            n=1,
            event=event,
            actor=actor[:250],
            at=now,
            created_at=now,
            data=data,
        )
        for business, chain_id, data in chains
    ]
    for row in rows:
        row.hash = event_hash(row)
    AuditEvent.objects.bulk_create(rows)


def event_hash(row: AuditEvent) -> str:
    """SHA-256 (hex) of the event's contents and of the previous event's hash."""
    body = [
        str(row.chain_id),
        row.n,
        row.event,
        row.actor,
        row.at.isoformat(),
        row.ip or "",
        row.user_agent,
        row.data,
        row.previous,
    ]
    return digest(body)


def chain(chain_id: UUID) -> list[AuditEvent]:
    """All events of one chain, oldest first."""
    return chains([chain_id])[chain_id]


def chains(chain_ids: Iterable[UUID]) -> dict[UUID, list[AuditEvent]]:
    """The events of many chains by chain id, oldest first, read with one query.

    A chain without events has an empty list.
    """
    events: dict[UUID, list[AuditEvent]] = {chain_id: [] for chain_id in chain_ids}
    for event in AuditEvent.objects.filter(chain_id__in=list(events)).order_by("chain_id", "n"):
        events[event.chain_id].append(event)
    return events


def newest(chain_ids: Iterable[UUID], kinds: Collection[str]) -> dict[UUID, AuditEvent]:
    """The newest event of these kinds of each chain, by the chain's id, read with one query.

    A chain without such an event is left out.
    """
    events = AuditEvent.objects.filter(event__in=kinds)
    later = events.filter(chain_id=OuterRef("chain_id"), n__gt=OuterRef("n"))
    rows = events.filter(chain_id__in=list(chain_ids)).exclude(Exists(later))
    return {event.chain_id: event for event in rows}


def days_of(business: Business, event: str) -> dict[UUID, list[date]]:
    """The days (UTC) on which events of this kind happened in a business, by their chain's id."""
    days: dict[UUID, list[date]] = defaultdict(list)
    events = AuditEvent.objects.filter(business=business, event=event).order_by("at")
    for chain_id, at in events.values_list("chain_id", "at"):
        days[chain_id].append(at.date())
    return days


def is_whole(events: list[AuditEvent]) -> bool:
    """Whether no event was changed, inserted, or removed from the start or the middle of a chain.

    Events removed from the end cannot be noticed here: what is left is a valid chain.
    """
    previous = ""
    for n, row in enumerate(events, start=1):
        if row.n != n or row.previous != previous or row.hash != event_hash(row):
            return False
        previous = row.hash
    return True
