"""Turns the agreement's list of deliverables into each period's checklist, adds to it, and ticks it off."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from agreements.models import Period
from agreements.rules.states import PeriodState
from core.errors import NotAllowedNow
from delivery.models import Deliverable, Handover
from delivery.models.work import OWN
from delivery.rules.errors import BadHandover
from delivery.rules.states import DeliverableState
from delivery.work import leftover
from delivery.work.closed_periods import hold_open

BATCH = 1000  # periods
MOST = 9999  # pieces


def open_checklists(*, now: datetime) -> int:
    """Make the rows of every period that has none of its own yet; the number of rows made. Any number of times.

    What an earlier period carries over is placed too, once there is a period for it.
    """
    made = 0
    for batch in _batches():
        rows = [
            Deliverable(
                business_id=period.business_id,
                period=period,
                position=position,
                title=str(item["title"])[:160],
                promised=item["promised"],
                created_at=now,
            )
            for period in batch
            for position, item in enumerate(period.tier["deliverables"], start=1)
        ]
        Deliverable.objects.bulk_create(rows, ignore_conflicts=True)
        made += len(rows)
    return made + leftover.place_due(now=now)


def add(*, period: Period, title: str, promised: int, now: datetime) -> Deliverable:
    """Something beyond the tier's list, for this period alone. Raises AlreadySent."""
    with transaction.atomic():
        hold_open(period)
        return Deliverable.objects.create(
            business_id=period.business_id,
            period=period,
            position=behind_all(period),
            title=title,
            promised=promised,
            created_at=now,
        )


def set_done(*, deliverable: Deliverable, done: int) -> Deliverable:
    """How many of it the client has; never fewer than were handed over with a link or a file. Raises BadHandover."""
    with transaction.atomic():
        hold_open(deliverable.period)
        given = (
            Handover.objects.filter(deliverable=deliverable).aggregate(sum=Sum("count"))["sum"] or 0
        )
        if done < given:
            words = _("%(n)s of it were handed over: take one of those back first.") % {"n": given}
            raise BadHandover(words, field="done")
        must_be_counted(deliverable, done=done)
    return deliverable


def correct(*, deliverable: Deliverable, done: int, due_on: date | None) -> Deliverable:
    """Both at once, or neither. Raises BadHandover."""
    with transaction.atomic():
        set_done(deliverable=deliverable, done=done)
        return want_by(deliverable=deliverable, due_on=due_on)


def want_by(*, deliverable: Deliverable, due_on: date | None) -> Deliverable:
    """The day on which it is wanted, inside its period; null: the period's last. Raises BadHandover."""
    period = deliverable.period
    if due_on and not period.starts_on <= due_on < period.ends_on:
        raise BadHandover(_("Choose a day inside the period."), field="due_on")
    with transaction.atomic():
        hold_open(period)
        must_be_counted(deliverable, due_on=due_on)
    return deliverable


def must_be_counted(deliverable: Deliverable, **sets: object) -> None:
    """Write columns of one that is still open. Raises NotAllowedNow where its rest was carried or waived."""
    still = Deliverable.objects.filter(pk=deliverable.pk, state=DeliverableState.OPEN)
    if not still.update(**sets):
        raise NotAllowedNow(_("What was missing of this was carried on or waived already."))
    deliverable.refresh_from_db()


def behind_all(period: Period) -> int:
    """The position behind everything that is there; hold the period first."""
    last = Deliverable.objects.filter(period=period).aggregate(last=Max("position"))["last"] or 0
    return max(OWN, last) + 1


def _batches() -> Iterator[list[Period]]:
    """The periods that have no row of their own: what was carried into them or added does not count as one."""
    last = None
    while batch := list(_bare(last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _bare(after: object) -> QuerySet[Period]:
    own = Deliverable.objects.filter(period=OuterRef("pk"), position__lte=OWN)
    nothing = Q(amendment__isnull=True, agreement__tier__deliverables=[]) | Q(
        amendment__tier__deliverables=[]
    )
    paused = Q(state=PeriodState.SKIPPED, minutes=0)  # nothing is promised in a pause
    found = Period.objects.exclude(nothing).exclude(paused).filter(~Exists(own))
    found = found.filter(pk__gt=after) if after else found
    return found.select_related("agreement", "amendment").order_by("pk")
