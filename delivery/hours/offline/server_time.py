"""Tells the timers of devices of the timer on the dashboard, so that no minute counts twice."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.models import Business
from delivery.hours import time_log
from delivery.hours.offline.runs import apply_events
from delivery.models import Timer, TimerEvent, TimerRun
from delivery.rules.timers.merged_time import Kind

SERVER = UUID(int=0)  # the device that the server is


def record_logged(*, timer: Timer, minutes: int, actor: str, now: datetime) -> None:
    """Record the stretch that the dashboard's timer has logged, and take it from the devices'.

    Call it in a transaction that holds the business's lock.
    """
    ends = timer.started_at + timedelta(minutes=minutes)
    facts = {"agreement": timer.agreement, "deliverable": timer.deliverable, "note": timer.note}
    _record(timer.business, timer.pk, Kind.START, timer.started_at, now, **facts)
    _record(timer.business, timer.pk, Kind.STOP, ends, now)
    apply_events(business=timer.business, changed={timer.pk}, actor=actor, now=now)


def running_on_devices(business: Business) -> QuerySet[TimerRun]:
    """The timers that run on devices, as far as the server knows, the oldest first."""
    running = TimerRun.objects.filter(business=business, ended_at=None, is_fixed=False)
    return running.select_related("agreement__client", "deliverable").order_by("started_at", "pk")


def end_run(*, run: TimerRun, actor: str, now: datetime) -> None:
    """Stop a timer of a device from the dashboard; nothing happens when it was stopped already."""
    with transaction.atomic():
        business = time_log.lock_business(run.business_id)
        if running_on_devices(business).filter(pk=run.pk).exists():
            _record(business, run.run, Kind.STOP, now, now, is_fixed=False)
            apply_events(business=business, changed={run.run}, actor=actor, now=now)


def end_running(*, business: Business, actor: str, now: datetime) -> None:
    """End what runs on devices, because a timer is started on the dashboard.

    Call it in a transaction that holds the business's lock.
    """
    runs = {row.run for row in running_on_devices(business)}
    for run in runs:
        _record(business, run, Kind.STOP, now, now, is_fixed=False)
    apply_events(business=business, changed=runs, actor=actor, now=now)


def drop_run(*, run: TimerRun, actor: str, now: datetime) -> None:
    """A person discards the time of a device's timer: its minutes go to what ran with it.

    Call it in a transaction that holds the business's lock.
    """
    _record(run.business, run.run, Kind.DROP, now, now, is_fixed=False)
    apply_events(business=run.business, changed={run.run}, actor=actor, now=now)


def _record(
    business: Business, run: UUID, kind: Kind, at: datetime, now: datetime, **facts: object
) -> None:
    """Store one event of the server's own."""
    row = TimerEvent(
        business=business,
        run=run,
        device=SERVER,
        kind=kind,
        clock=at,
        at=at,
        created_at=now,
        **{"is_fixed": True} | facts,
    )
    row.event_id = row.pk
    row.save(force_insert=True)
