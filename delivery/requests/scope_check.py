"""What a client knows before asking: whether work fits, what is left, how soon an answer comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from agreements.models import Agreement, Amendment, Period
from agreements.rules.states import AgreementState, PeriodState
from agreements.running import effective_terms
from agreements.running.periods import next_starts
from core.dates import local_day
from delivery.hours import hours_left
from delivery.models import Deliverable
from delivery.rules import response_time
from delivery.rules.allowance import PeriodStatement
from delivery.rules.request_fit import Fit, request_fit
from delivery.rules.states import DeliverableState


@dataclass(frozen=True)
class Scope:
    """What a client can count on under an agreement.

    `left` and `available` are minutes, both 0 where no time is included. `response_hours` are
    working hours. `period` is None where no period runs.
    """

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


def scopes_of(
    agreements: Iterable[Agreement],
    *,
    now: datetime,
    estimate: int | None = None,
    stated: Mapping[UUID, PeriodStatement] | None = None,
) -> dict[UUID, Scope]:
    """Return the scope of each agreement by its id; the number of queries does not grow with them.

    `estimate` is in minutes. The hours come from `hours_left`, the one source of them (rule 26);
    `stated` is the result of `hours_left.statements_of`, if the caller has it already.
    """
    loaded = effective_terms.load_amendments(agreements)
    today = {agreement.pk: local_day(now, agreement.time_zone) for agreement in loaded}
    periods = _current_periods(loaded, today)
    statements = hours_left.statements_of(loaded) if stated is None else stated
    with_open_work = _with_open_work(periods.values())
    next_periods = next_starts(loaded, max(today.values())) if loaded else {}
    scopes = {}
    for agreement in loaded:
        period = periods.get(agreement.pk)
        scopes[agreement.pk] = _scope(
            agreement,
            period,
            effective_terms.terms_on(agreement, today[agreement.pk]),
            statements.get(period.pk) if period else None,
            next_periods.get(agreement.pk),
            estimate=estimate,
            something_open=period is not None and period.pk in with_open_work,
        )
    return scopes


def _scope(
    agreement: Agreement,
    period: Period | None,
    terms: Agreement | Amendment,
    stated: PeriodStatement | None,
    next_on: date | None,
    *,
    estimate: int | None,
    something_open: bool,
) -> Scope:
    """The scope of one agreement, from its period, its terms of today and what is stated."""
    is_paused = agreement.state == AgreementState.PAUSED or (
        period is not None and _is_paused(period)
    )
    left, available = (stated.remaining, stated.available) if stated else (0, 0)
    has_hours = bool(terms.minutes or available)
    fit = request_fit(
        runs=agreement.state == AgreementState.ACTIVE and period is not None and not is_paused,
        has_hours=has_hours,
        left=left,
        estimate=estimate,
        something_open=something_open,
    )
    return Scope(
        agreement,
        period,
        fit,
        has_hours,
        left,
        available,
        (period or terms).tier.get("response_hours") or response_time.USUAL_HOURS,
        next_on,
        is_paused,
    )


def _current_periods(agreements: list[Agreement], today: dict[UUID, date]) -> dict[UUID, Period]:
    """Return the period of each agreement that contains its `today`."""
    if not agreements:
        return {}
    nearby = Period.objects.filter(agreement__in=agreements, starts_on__lte=max(today.values()))
    nearby = nearby.filter(ends_on__gt=min(today.values()) - timedelta(days=1)).select_related(
        "agreement", "amendment"
    )
    return {
        period.agreement_id: period
        for period in nearby
        if period.starts_on <= today[period.agreement_id] < period.ends_on
    }


def _is_paused(period: Period) -> bool:
    """Whether the period belongs to a pause: skipped, and without included hours."""
    return period.state == PeriodState.SKIPPED and not period.minutes


def _with_open_work(periods: Iterable[Period]) -> set[UUID]:
    """Return the ids of the periods in which a deliverable is not done yet."""
    deliverables = Deliverable.objects.filter(period__in=list(periods), state=DeliverableState.OPEN)
    return {deliverable.period_id for deliverable in deliverables.order_by() if deliverable.missing}
