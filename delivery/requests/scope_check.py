"""What a client can count on before asking: whether it fits, what is left, and how soon an answer comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from agreements.models import Agreement, Period
from agreements.rules.states import AgreementState, PeriodState
from agreements.running import effective_terms
from agreements.running.periods import next_starts
from core.dates import local_day
from delivery.hours import hours_left
from delivery.models import Deliverable
from delivery.rules import response_time
from delivery.rules.request_fit import Fit, fits
from delivery.rules.states import DeliverableState


@dataclass(frozen=True)
class Fitting:
    """`left` and `available` are minutes; both 0 where no time is included. `period` is None where none runs."""

    agreement: Agreement
    period: Period | None
    fit: Fit
    has_hours: bool
    left: int
    available: int
    response_hours: int
    renews_on: date | None
    is_paused: bool

    @property
    def needs_word(self) -> bool:
        """Whether more is asked for than the fee buys."""
        return self.fit == Fit.WORD

    @property
    def fits_hours(self) -> bool:
        """Whether the hours that are left cover it."""
        return self.fit == Fit.HOURS

    @property
    def in_scope(self) -> bool:
        """Whether it is part of what is promised."""
        return self.fit == Fit.SCOPE


def of(
    agreements: Iterable[Agreement], *, now: datetime, estimate: int | None = None
) -> dict[UUID, Fitting]:
    """For each agreement; a number of questions that does not grow with them. `hours` is the one source (rule 26)."""
    rows = effective_terms.load(agreements)
    today = {row.pk: local_day(now, row.time_zone) for row in rows}
    periods = _current(rows, today)
    stated, busy = hours_left.of_agreements(rows), _something_open(periods.values())
    starts = next_starts(rows, max(today.values())) if rows else {}
    found = {}
    for row in rows:
        period, terms = periods.get(row.pk), effective_terms.on(row, today[row.pk])
        paused = row.state == AgreementState.PAUSED or (period is not None and _is_paused(period))
        line = stated.get(period.pk) if period else None
        left, available = (line.remaining, line.available) if line else (0, 0)
        has_hours = bool(terms.minutes or available)
        runs = row.state == AgreementState.ACTIVE and period is not None and not paused
        fit = fits(
            runs=runs,
            has_hours=has_hours,
            left=left,
            estimate=estimate,
            something_open=period is not None and period.pk in busy,
        )
        promised = (period or terms).tier.get("response_hours") or response_time.USUAL
        found[row.pk] = Fitting(
            row, period, fit, has_hours, left, available, promised, starts.get(row.pk), paused
        )
    return found


def _current(agreements: list[Agreement], today: dict[UUID, date]) -> dict[UUID, Period]:
    if not agreements:
        return {}
    near = Period.objects.filter(agreement__in=agreements, starts_on__lte=max(today.values()))
    near = near.filter(ends_on__gt=min(today.values()) - timedelta(days=1)).select_related(
        "agreement", "amendment"
    )
    return {
        row.agreement_id: row
        for row in near
        if row.starts_on <= today[row.agreement_id] < row.ends_on
    }


def _is_paused(period: Period) -> bool:
    return period.state == PeriodState.SKIPPED and not period.minutes


def _something_open(periods: Iterable[Period]) -> set[UUID]:
    """The periods in which something promised is not done yet."""
    rows = Deliverable.objects.filter(period__in=list(periods), state=DeliverableState.OPEN)
    return {row.period_id for row in rows.order_by() if row.missing}
