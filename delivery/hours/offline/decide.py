"""What a person decides about the timers of devices whose time cannot be counted (rule 75)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import NotAllowedNow
from core.models import Business
from delivery.hours import time_log
from delivery.hours.offline import server_time
from delivery.models import TimeEntry, TimerRun


def undecided(business: Business) -> QuerySet[TimerRun]:
    """The timers that wait for a person, the oldest first."""
    waiting = TimerRun.objects.filter(business=business, decided_at=None).exclude(problem="")
    return waiting.select_related("agreement__client", "deliverable").order_by("started_at", "pk")


def record_run(
    *,
    run: TimerRun,
    agreement: Agreement,
    on: date,
    minutes: int,
    note: str,
    now: datetime,
    **more: Any,
) -> TimeEntry:
    """Log the time of a timer as the person says it was; return the entry.

    From then on no event changes it. `more` is as in `log_time`. Raises NotAllowedNow when it was
    decided already, NoPeriod and TooMuch.
    """
    with transaction.atomic():
        time_log.lock_business(run.business_id)
        _decide(run, now)
        return time_log.log_time(
            agreement=agreement, on=on, minutes=minutes, note=note, now=now, **more
        )


def discard_run(*, run: TimerRun, actor: str, now: datetime) -> None:
    """Log nothing for a timer; its events stay, and so does what a report counts of it.

    Minutes in which another timer ran go to that one. Raises NotAllowedNow when it was decided.
    """
    with transaction.atomic():
        time_log.lock_business(run.business_id)
        _decide(run, now)
        if not run.days.filter(entry__voided_at=None).exists():
            server_time.drop_run(run=run, actor=actor, now=now)


def _decide(run: TimerRun, now: datetime) -> None:
    """Mark the timer as decided. Raises NotAllowedNow."""
    waiting = TimerRun.objects.filter(pk=run.pk, decided_at=None).exclude(problem="")
    if not waiting.update(decided_at=now):
        raise NotAllowedNow(_("This was decided in another tab in the meantime."))
