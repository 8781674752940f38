"""Receives the events that a device recorded while it was offline (rule 75)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import RuleError
from core.models import Business, User
from delivery.hours import time_log, timer
from delivery.hours.offline.parsing import BadEventError, SentEvent, read_event, sent_id
from delivery.hours.offline.runs import apply_events
from delivery.models import Deliverable, Timer, TimerEvent
from delivery.rules.timers.merged_time import Kind, corrected

MOST = 500  # events in one batch


@dataclass
class Received:
    """The answer to a batch: the ids that are stored now, and why others were refused.

    A device forgets what is `known`. `refused` has the id that the event gave itself, which may be
    empty, and a sentence.
    """

    known: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def receive(
    *,
    business: Business,
    user: User,
    device: UUID,
    sent: datetime,
    events: Any,
    now: datetime,
    actor: str,
) -> Received:
    """Store the events of one device and bring the time entries up to date with them.

    `sent` is what the device's clock showed when it sent. What was received before is known
    already: the same batch sent twice changes nothing. A timer of the dashboard that runs is
    stopped where a device started one later. Raises RuleError if the batch is no list or too long.
    """
    if not isinstance(events, list) or len(events) > MOST:
        message = _("At most %(number)d events can be sent at once.")
        raise RuleError(message % {"number": MOST}, field="events")
    with transaction.atomic():
        time_log.lock_business(business.pk)
        received, readable = _read(business, device, events)
        fresh = _store(business, device, sent, readable, now)
        _stop_timer_before(business, user, fresh, actor, now)
        changed = {row.run for row in fresh}
        apply_events(business=business, changed=changed, actor=actor, now=now)
    return received


def _read(business: Business, device: UUID, events: list[Any]) -> tuple[Received, list[SentEvent]]:
    """Read the events, and return those that are new.

    Those about a timer of the server's own are refused: it logged that time. So is what has the id
    of another event, because the device would forget minutes that nobody stored.
    """
    received, readable = Received(), []
    for raw in events:
        try:
            event = read_event(raw)
            readable.append((raw["id"], event))
        except BadEventError as error:
            received.refused.append((sent_id(raw), str(error)))
    of_server = _of_server(business, {event.run for _id, event in readable})
    by_id = _stored(business, {event.id for _id, event in readable})
    taken = []
    for name, event in readable:
        said = _what_happened(device, event)
        if event.run in of_server:
            received.refused.append((name, _("This time was recorded in the dashboard.")))
        elif by_id.get(event.id, said) != said:
            received.refused.append((name, _("Another event was received under this id.")))
        else:
            received.known.append(name)
            if event.id not in by_id:
                taken.append(event)
            by_id[event.id] = said
    return received, taken


def _of_server(business: Business, runs: Collection[UUID]) -> set[UUID]:
    """Those of these timers that the server ran itself."""
    own = TimerEvent.objects.filter(business=business, run__in=runs, is_fixed=True)
    of_server = set(own.values_list("run", flat=True))
    return of_server | set(Timer.objects.filter(pk__in=runs).values_list("pk", flat=True))


def _stored(business: Business, ids: Collection[UUID]) -> dict[UUID, tuple[Any, ...]]:
    """What was received under these ids before."""
    known = TimerEvent.objects.filter(business=business, event_id__in=ids)
    return {row.event_id: _what_happened(row.device, row) for row in known}


def _what_happened(device: UUID, event: SentEvent | TimerEvent) -> tuple[Any, ...]:
    """What makes two events the same one; their clocks are equal to the millisecond."""
    return (device, event.run, event.counter, event.kind, event.clock)


def _store(
    business: Business, device: UUID, sent: datetime, events: Sequence[SentEvent], now: datetime
) -> list[TimerEvent]:
    """Store these events; return their rows."""
    mine = Agreement.objects.filter(business=business)
    agreements = set(
        mine.filter(pk__in=[event.agreement for event in events]).values_list("pk", flat=True)
    )
    work = Deliverable.objects.filter(business=business)
    deliverables = set(
        work.filter(pk__in=[event.deliverable for event in events]).values_list("pk", flat=True)
    )
    rows = []
    for event in events:
        at, is_doubtful = corrected(event.clock, sent=sent, received=now)
        row = TimerEvent(
            business=business,
            event_id=event.id,
            run=event.run,
            device=device,
            counter=event.counter,
            kind=event.kind,
            clock=event.clock,
            at=at,
            is_doubtful=is_doubtful,
            agreement_id=event.agreement if event.agreement in agreements else None,
            deliverable_id=event.deliverable if event.deliverable in deliverables else None,
            note=event.note,
            created_at=now,
        )
        rows.append(row)
    return TimerEvent.objects.bulk_create(rows)


def _stop_timer_before(
    business: Business, user: User, fresh: Sequence[TimerEvent], actor: str, now: datetime
) -> None:
    """Stop the dashboard's timer at the first start of a device that came after its own.

    It runs on where its time cannot be logged; a person is told so when they stop it.
    """
    running = timer.running_timer(user, business)
    if running is None:
        return
    starts = [row.at for row in fresh if row.kind == Kind.START and not row.is_doubtful]
    later = [at for at in starts if at > running.started_at]
    if not later:
        return
    try:
        with transaction.atomic():
            timer.stop_at(timer=running, at=min(later), actor=actor, now=now)
    except RuleError:
        pass
