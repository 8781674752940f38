"""Writes and checks the hash-chained record of who did what to a thing (rule 29)."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core.models import AuditEvent, Business


@dataclass(frozen=True)
class Origin:
    """Where an act came from. What was not seen stays empty and is printed "not recorded"."""

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
    """Append one event to the chain of `chain_id`. Two writers at once: the unique number refuses the second."""
    with transaction.atomic():
        last = (
            AuditEvent.objects.select_for_update().filter(chain_id=chain_id).order_by("-n").first()
        )
        row = AuditEvent(
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
        row.hash = digest(row)
        row.save(force_insert=True)
    return row


def begin(
    chains: Iterable[tuple[Business, UUID, dict[str, Any]]],
    *,
    event: str,
    actor: str,
    now: datetime,
) -> None:
    """The first event of many new chains, in one INSERT: (business, chain_id, data) of each."""
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
        row.hash = digest(row)
    AuditEvent.objects.bulk_create(rows)


def digest(row: AuditEvent) -> str:
    """SHA-256 over everything the event says and the hash before it."""
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
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def chain(chain_id: UUID) -> list[AuditEvent]:
    """All events of a thing, oldest first."""
    return chains([chain_id])[chain_id]


def chains(chain_ids: Iterable[UUID]) -> dict[UUID, list[AuditEvent]]:
    """The same for many things, with one question; one without events has an empty list."""
    found: dict[UUID, list[AuditEvent]] = {each: [] for each in chain_ids}
    for event in AuditEvent.objects.filter(chain_id__in=list(found)).order_by("chain_id", "n"):
        found[event.chain_id].append(event)
    return found


def is_whole(events: list[AuditEvent]) -> bool:
    """Whether no event was changed, removed from the middle, or slipped in."""
    previous = ""
    for n, row in enumerate(events, start=1):
        if row.n != n or row.previous != previous or row.hash != digest(row):
            return False
        previous = row.hash
    return True
