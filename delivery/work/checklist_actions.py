"""Creates the checklist of each period from the agreement's tier, adds to it, and updates it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Period
from agreements.rules.states import PeriodState
from core.errors import NotAllowedNow
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from delivery.models import Deliverable, WorkAnswer
from delivery.models.work import OWN
from delivery.rules.errors import BadHandover
from delivery.rules.states import DeliverableState, WorkAnswerKind
from delivery.work import carry_over, pieces
from delivery.work.closed_periods import lock_open_period

BATCH = 1000  # periods
OPEN = Step(
    "open_checklists",
    "delivery.tasks.watch_work",
    gettext_lazy("Create the checklist of the period"),
    Period,
)
MOST_PIECES = 9999  # pieces of one deliverable


def open_checklists(*, now: datetime) -> int:
    """Create the deliverables of every period that has none of its own yet; return how many.

    What earlier periods carry over is placed too, once there is a period for it. Safe to repeat.
    """
    ids = list(_periods_without_checklist(now).values_list("pk", flat=True))
    made = batches.run(OPEN, ids, lambda batch: _open(batch, now), now=now, size=BATCH)
    return made + carry_over.place_due(now=now)


def _open(ids: Sequence[UUID], now: datetime) -> int:
    """Create the deliverables of these periods; return how many."""
    periods = Period.objects.filter(pk__in=ids).select_related("agreement", "amendment")
    rows = [
        Deliverable(
            business_id=period.business_id,
            period=period,
            position=position,
            title=str(item["title"])[:160],
            promised=item["promised"],
            created_at=now,
        )
        for period in periods.order_by("pk")
        for position, item in enumerate(period.tier["deliverables"], start=1)
    ]
    Deliverable.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def add_deliverable(*, period: Period, title: str, promised: int, now: datetime) -> Deliverable:
    """Add a deliverable beyond the tier's, for this period only. Raises AlreadySent."""
    with transaction.atomic():
        lock_open_period(period)
        return Deliverable.objects.create(
            business_id=period.business_id,
            period=period,
            position=next_position(period),
            title=title,
            promised=promised,
            created_at=now,
        )


def set_done(*, deliverable: Deliverable, done: int) -> Deliverable:
    """Set how many pieces the client has; return the deliverable.

    Raises BadHandover below the number that was handed over, NotAllowedNow when the rest was
    carried or waived, and AlreadySent.
    """
    with transaction.atomic():
        lock_open_period(deliverable.period)
        handed_over = sum(row.count for row in pieces.current_handovers(deliverable))
        if done < handed_over:
            message = _("%(n)s of it were handed over: take one of those back first.") % {
                "n": handed_over
            }
            raise BadHandover(message, field="done")
        update_open(deliverable, done=done)
        _forget_approved(deliverable, counted=done - handed_over)
    return deliverable


def _forget_approved(deliverable: Deliverable, *, counted: int) -> None:
    """Of what was counted without a handover, not more stays approved than is counted now."""
    approved = WorkAnswer.objects.filter(
        deliverable=deliverable,
        handover__isnull=True,
        kind=WorkAnswerKind.APPROVED,
        ended_at__isnull=True,
        pieces__gt=counted,
    )
    approved.update(pieces=counted)


def correct_deliverable(*, deliverable: Deliverable, done: int, due_on: date | None) -> Deliverable:
    """Set the number done and the due day together. Raises the errors of both."""
    with transaction.atomic():
        set_done(deliverable=deliverable, done=done)
        return set_due_day(deliverable=deliverable, due_on=due_on)


def set_due_day(*, deliverable: Deliverable, due_on: date | None) -> Deliverable:
    """Set the day by which the deliverable is wanted; None means the period's last day.

    Raises BadHandover for a day outside the period, NotAllowedNow and AlreadySent.
    """
    period = deliverable.period
    if due_on and not period.starts_on <= due_on < period.ends_on:
        raise BadHandover(_("Choose a day inside the period."), field="due_on")
    with transaction.atomic():
        lock_open_period(period)
        update_open(deliverable, due_on=due_on)
    return deliverable


def update_open(deliverable: Deliverable, **sets: object) -> None:
    """Update columns of a deliverable that is still open.

    Raises NotAllowedNow when its rest was carried or waived.
    """
    still_open = Deliverable.objects.filter(pk=deliverable.pk, state=DeliverableState.OPEN)
    if not still_open.update(**sets):
        raise NotAllowedNow(_("The missing part was carried over or waived already."))
    deliverable.refresh_from_db()


def next_position(period: Period) -> int:
    """Return the position after all deliverables of the period; lock the period first."""
    last = Deliverable.objects.filter(period=period).aggregate(last=Max("position"))["last"] or 0
    return max(OWN, last) + 1


def _periods_without_checklist(now: datetime) -> QuerySet[Period]:
    """Return the periods without deliverables of their own.

    Deliverables that were carried in or added do not count as the period's own.
    """
    own_deliverables = Deliverable.objects.filter(period=OuterRef("pk"), position__lte=OWN)
    promises_nothing = Q(amendment__isnull=True, agreement__tier__deliverables=[]) | Q(
        amendment__tier__deliverables=[]
    )
    paused = Q(state=PeriodState.SKIPPED, minutes=0)  # nothing is promised in a pause
    periods = (
        Period.objects.exclude(promises_nothing).exclude(paused).filter(~Exists(own_deliverables))
    )
    return without_waiting(periods, OPEN, now).order_by("pk")
