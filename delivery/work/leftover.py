"""What is missing when a period is over is carried into the next one, or waived with a reason the client reads."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.models.proposal import Renews
from agreements.rules.states import RUNS, PeriodState
from core import audit
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from delivery.models import Deliverable, Report
from delivery.models.work import OWN
from delivery.rules.errors import BadLeftover
from delivery.rules.states import DELIVERABLE, DeliverableState, ReportState
from delivery.work.closed_periods import hold_open


def carry(
    *, deliverable: Deliverable, because: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Deliverable:
    """The next period owes what is missing. Where that has not begun yet, its row is made when it does.

    Raises BadLeftover where nothing is missing or no period follows, and AlreadySent.
    """
    with transaction.atomic():
        _settle(
            deliverable,
            DeliverableState.CARRIED,
            because,
            "deliverable_carried",
            actor,
            now,
            origin,
        )
        agreement = Agreement.objects.get(pk=deliverable.period.agreement_id)
        place_due(now=now, agreement=agreement)
        placed = Deliverable.objects.filter(carried_from=deliverable).exists()
        if not placed and not _one_follows(agreement, deliverable.period):
            raise BadLeftover(_("No period follows to carry this into. It can be waived."))
    return deliverable


def waive(
    *, deliverable: Deliverable, because: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Deliverable:
    """It is not owed any more. Raises BadLeftover and AlreadySent."""
    with transaction.atomic():
        _settle(
            deliverable, DeliverableState.WAIVED, because, "deliverable_waived", actor, now, origin
        )
    return deliverable


def owe_again(
    *, deliverable: Deliverable, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Deliverable:
    """A waiver is taken back, as long as no report has told of it. Raises AlreadySent and NotAllowedNow."""
    with transaction.atomic():
        hold_open(deliverable.period)
        move(deliverable, DeliverableState.OPEN, DELIVERABLE, sets={"because": ""})
        _record(deliverable, "waiver_taken_back", actor, now, origin, deliverable.missing)
    return deliverable


def place_due(*, now: datetime, agreement: Agreement | None = None) -> int:
    """Make the rows of what was carried, once the period that owes them is there; how many. Any number of times."""
    whose = Q(period__agreement=agreement) if agreement else Q(period__agreement__state__in=RUNS)
    waits = Deliverable.objects.filter(
        whose, state=DeliverableState.CARRIED, carried_to__isnull=True
    )
    rows = list(waits.select_related("period").order_by("period__starts_on", "position"))
    places = _places({row.period.agreement_id for row in rows})
    pairs = [
        (row, place)
        for row in rows
        if (place := _next(places.get(row.period.agreement_id, []), row.period))
    ]
    with transaction.atomic():
        return _place(pairs, now)


def _settle(
    row: Deliverable,
    to: DeliverableState,
    because: str,
    event: str,
    actor: str,
    now: datetime,
    origin: Origin,
) -> None:
    hold_open(row.period)
    row.refresh_from_db()
    if row.state == DeliverableState.OPEN and not row.missing:
        raise BadLeftover(_("Nothing is missing of this."))
    if not because.strip():
        raise BadLeftover(_("Say why: the client reads it."), field="because")
    missing = row.missing
    move(row, to, DELIVERABLE, sets={"because": because.strip()[:300]})
    _record(row, event, actor, now, origin, missing)


def _record(
    row: Deliverable, event: str, actor: str, now: datetime, origin: Origin, missing: int
) -> None:
    words = {"words": f"{missing} × {row.title}", "starts_on": row.period.starts_on.isoformat()}
    if row.because:
        words["reason"] = row.because
    audit.record(
        business=row.period.business,
        chain_id=row.period.agreement_id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=words,
    )


def _places(agreements: set[UUID]) -> dict[UUID, list[Period]]:
    """The periods into which something can be carried: not paused, their reports not sent; the oldest first."""
    sent = Report.objects.filter(period=OuterRef("pk"), state=ReportState.SENT)
    found = Period.objects.filter(~Exists(sent), agreement__in=agreements)
    places: dict[UUID, list[Period]] = defaultdict(list)
    for period in found.exclude(state=PeriodState.SKIPPED, minutes=0).order_by("starts_on"):
        places[period.agreement_id].append(period)
    return places


def _next(places: list[Period], period: Period) -> Period | None:
    return next((place for place in places if place.starts_on >= period.ends_on), None)


def _place(pairs: list[tuple[Deliverable, Period]], now: datetime) -> int:
    """One row each, behind what its period has; what somebody else has placed meanwhile is passed over."""
    into = {period.pk for _row, period in pairs}
    list(
        Period.objects.select_for_update(no_key=True)
        .filter(pk__in=into)
        .order_by("pk")
        .values_list("pk")
    )
    there = Deliverable.objects.filter(period__in=into).order_by()
    last = dict(there.values_list("period").annotate(Max("position")))
    made = []
    for row, period in pairs:
        last[period.pk] = max(OWN, last.get(period.pk, 0)) + 1
        made.append(
            Deliverable(
                business_id=row.business_id,
                period=period,
                position=last[period.pk],
                title=row.title,
                promised=row.missing,
                carried_from=row,
                created_at=now,
            )
        )
    Deliverable.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _one_follows(agreement: Agreement, period: Period) -> bool:
    goes_on = (
        agreement.ends_on is None
        or agreement.ends_on > period.ends_on
        or agreement.renews == Renews.ALONE
    )
    return agreement.state in RUNS and goes_on
