"""What a person decides about the timers of devices whose time cannot be counted (rule 75)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import NotAllowedNow
from core.models import Business
from delivery.hours import time_log
from delivery.hours.offline import server_time
from delivery.models import TimeEntry, TimerRun
from delivery.work.closed_periods import is_closed


@dataclass(frozen=True)
class Recorded:
    """The entries of a timer: those that can still change, and those that a sent report counts."""

    open: list[TimeEntry]
    sent: list[TimeEntry]


def undecided(business: Business) -> QuerySet[TimerRun]:
    """The timers that wait for a person, the oldest first."""
    waiting = TimerRun.objects.filter(business=business, decided_at=None).exclude(problem="")
    return waiting.select_related("agreement__client", "deliverable").order_by("started_at", "pk")


def recorded(run: TimerRun) -> Recorded:
    """The entries that a timer has already, with what a person made of them."""
    found = Recorded([], [])
    for day in run.days.order_by("on"):
        entry = _as_it_is_now(day.entry_id)
        if entry:
            (found.sent if is_closed(entry.period) else found.open).append(entry)
    return found


def record_run(
    *,
    run: TimerRun,
    agreement: Agreement,
    on: date,
    minutes: int,
    note: str,
    now: datetime,
    **more: Any,
) -> TimeEntry | None:
    """Log the time of a timer as the person says it was, in the place of its entries so far.

    What a sent report counts for the agreement stays, and is part of `minutes`: only the rest is
    logged. Return the entry, None if there is no rest. From then on no event changes it. `more` is
    as in `log_time`. Raises NotAllowedNow when it was decided already, NoPeriod and TooMuch.
    """
    with transaction.atomic():
        time_log.lock_business(run.business_id)
        _decide(run, now)
        sent = _remove_open(run, more.get("actor", ""), now)
        rest = minutes - sum(row.minutes for row in sent if row.period.agreement_id == agreement.pk)
        if rest <= 0:
            return None
        return time_log.log_time(
            agreement=agreement, on=on, minutes=rest, note=note, now=now, **more
        )


def discard_run(*, run: TimerRun, actor: str, now: datetime) -> list[TimeEntry]:
    """Log nothing for a timer and remove its entries; its events stay.

    What a sent report counts of it stays: those entries are returned. Minutes in which another
    timer ran go to that one. Raises NotAllowedNow when it was decided.
    """
    with transaction.atomic():
        time_log.lock_business(run.business_id)
        _decide(run, now)
        sent = _remove_open(run, actor, now)
        if not sent:
            server_time.drop_run(run=run, actor=actor, now=now)
        return sent


def _remove_open(run: TimerRun, actor: str, now: datetime) -> list[TimeEntry]:
    """Remove the timer's entries in open periods; return those that a sent report counts."""
    found = recorded(run)
    for entry in found.open:
        time_log.delete_time(entry=entry, actor=actor, now=now)
    return found.sent


def _as_it_is_now(pk: UUID) -> TimeEntry | None:
    """The newest version of an entry, None if it was deleted."""
    rows = TimeEntry.history.select_related("period__agreement__client")
    entry = rows.get(pk=pk)
    while entry.voided_at:
        newer = rows.filter(replaces=entry).first()
        if newer is None:
            return None
        entry = newer
    return entry


def _decide(run: TimerRun, now: datetime) -> None:
    """Mark the timer as decided. Raises NotAllowedNow."""
    waiting = TimerRun.objects.filter(pk=run.pk, decided_at=None).exclude(problem="")
    if not waiting.update(decided_at=now):
        raise NotAllowedNow(_("This was decided in another tab in the meantime."))
