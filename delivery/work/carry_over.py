"""Carries what is missing at the end of a period into a later one, or waives it with a reason."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Period
from agreements.rules.states import RUNNING_STATES, PeriodState
from agreements.rules.terms import Renews
from core import audit
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from delivery.models import Deliverable, Report
from delivery.models.work import OWN
from delivery.rules.errors import BadLeftover
from delivery.rules.states import DELIVERABLE, DeliverableState, ReportState
from delivery.work.closed_periods import lock_open_period

PLACE = Step(
    "carry_over",
    "delivery.tasks.watch_work",
    gettext_lazy("Carry unfinished work into the next period"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)


def carry_over(
    *, deliverable: Deliverable, because: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Deliverable:
    """Carry what is missing into the next period, whose row is created once that period exists.

    `because` is the reason, which the client reads. Raises BadLeftover when nothing is missing, the
    reason is empty or no period follows, and AlreadySent.
    """
    with transaction.atomic():
        _close(
            deliverable,
            DeliverableState.CARRIED,
            because,
            "deliverable_carried",
            actor,
            now,
            origin,
        )
        agreement = Agreement.objects.get(pk=deliverable.period.agreement_id)
        _place([agreement.pk], now)
        is_placed = Deliverable.objects.filter(carried_from=deliverable).exists()
        if not is_placed and not _period_follows(agreement, deliverable.period):
            raise BadLeftover(_("No period follows to carry this into. It can be waived."))
    return deliverable


def waive(
    *, deliverable: Deliverable, because: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Deliverable:
    """Waive what is missing: it is no longer owed. `because` is the reason, which the client reads.

    Raises BadLeftover and AlreadySent.
    """
    with transaction.atomic():
        _close(
            deliverable, DeliverableState.WAIVED, because, "deliverable_waived", actor, now, origin
        )
    return deliverable


def undo_waiver(
    *, deliverable: Deliverable, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Deliverable:
    """Undo a waiver, unless a report has told the client about it.

    Raises AlreadySent and NotAllowedNow.
    """
    with transaction.atomic():
        lock_open_period(deliverable.period)
        move(deliverable, DeliverableState.OPEN, DELIVERABLE, sets={"because": ""})
        _audit(deliverable, "waiver_taken_back", actor, now, origin, deliverable.missing)
    return deliverable


def place_due(*, now: datetime) -> int:
    """Create the rows of carried deliverables whose next period exists by now; return how many.

    Safe to repeat.
    """
    waiting = _carried(Agreement.objects.filter(state__in=RUNNING_STATES).values("pk"))
    agreements = Agreement.objects.filter(pk__in=waiting.order_by().values("period__agreement"))
    ids = list(without_waiting(agreements, PLACE, now).order_by("pk").values_list("pk", flat=True))
    return batches.run(PLACE, ids, lambda batch: _place(batch, now), now=now)


def _carried(agreements: Any) -> QuerySet[Deliverable]:
    """Return the carried deliverables of these agreements that have no row in a later period."""
    return Deliverable.objects.filter(
        period__agreement__in=agreements, state=DeliverableState.CARRIED, carried_to__isnull=True
    )


def _place(agreements: Sequence[UUID], now: datetime) -> int:
    """Place what these agreements carry; return how many rows were created."""
    waiting = _carried(agreements).select_related("period")
    carried = list(waiting.order_by("period__starts_on", "position"))
    periods = _open_periods({deliverable.period.agreement_id for deliverable in carried})
    pairs = [
        (deliverable, period)
        for deliverable in carried
        if (
            period := _next_period(
                periods.get(deliverable.period.agreement_id, []), deliverable.period
            )
        )
    ]
    with transaction.atomic():
        return _create_rows(pairs, now)


def _close(
    deliverable: Deliverable,
    state: DeliverableState,
    because: str,
    event: str,
    actor: str,
    now: datetime,
    origin: Origin,
) -> None:
    """Move an open deliverable to CARRIED or WAIVED. Raises BadLeftover and AlreadySent."""
    lock_open_period(deliverable.period)
    deliverable.refresh_from_db()
    if deliverable.state == DeliverableState.OPEN and not deliverable.missing:
        raise BadLeftover(_("Nothing is missing of this."))
    if not because.strip():
        raise BadLeftover(_("Say why: the client reads it."), field="because")
    missing = deliverable.missing
    move(deliverable, state, DELIVERABLE, sets={"because": because.strip()[:300]})
    _audit(deliverable, event, actor, now, origin, missing)


def _audit(
    deliverable: Deliverable, event: str, actor: str, now: datetime, origin: Origin, missing: int
) -> None:
    """Write an event to the agreement's audit record."""
    data = {
        "words": f"{missing} × {deliverable.title}",
        "starts_on": deliverable.period.starts_on.isoformat(),
    }
    if deliverable.because:
        data["reason"] = deliverable.because
    audit.record(
        business=deliverable.period.business,
        chain_id=deliverable.period.agreement_id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data,
    )


def _open_periods(agreements: set[UUID]) -> dict[UUID, list[Period]]:
    """Return each agreement's periods that can take carried work, oldest first.

    These are not paused, and their report is not sent.
    """
    sent_report = Report.objects.filter(period=OuterRef("pk"), state=ReportState.SENT)
    open_periods = Period.objects.filter(~Exists(sent_report), agreement__in=agreements)
    periods: dict[UUID, list[Period]] = defaultdict(list)
    for period in open_periods.exclude(state=PeriodState.SKIPPED, minutes=0).order_by("starts_on"):
        periods[period.agreement_id].append(period)
    return periods


def _next_period(periods: list[Period], period: Period) -> Period | None:
    """Return the first of `periods` that begins after `period`."""
    return next((candidate for candidate in periods if candidate.starts_on >= period.ends_on), None)


def _create_rows(pairs: list[tuple[Deliverable, Period]], now: datetime) -> int:
    """Create a row in each period for its carried deliverable, after the rows that it has.

    A pair that another worker has placed in the meantime is skipped.
    """
    targets = {period.pk for _row, period in pairs}
    # Positions are counted under the lock, so that two workers do not give the same one.
    list(
        Period.objects.select_for_update(no_key=True)
        .filter(pk__in=targets)
        .order_by("pk")
        .values_list("pk")
    )
    existing = Deliverable.objects.filter(period__in=targets).order_by()
    last = dict(existing.values_list("period").annotate(Max("position")))
    rows = []
    for carried, period in pairs:
        last[period.pk] = max(OWN, last.get(period.pk, 0)) + 1
        rows.append(
            Deliverable(
                business_id=carried.business_id,
                period=period,
                position=last[period.pk],
                title=carried.title,
                promised=carried.missing,
                carried_from=carried,
                created_at=now,
            )
        )
    Deliverable.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _period_follows(agreement: Agreement, period: Period) -> bool:
    """Whether the agreement will have a period after this one."""
    continues = (
        agreement.ends_on is None
        or agreement.ends_on > period.ends_on
        or agreement.renews == Renews.ALONE
    )
    return agreement.state in RUNNING_STATES and continues
