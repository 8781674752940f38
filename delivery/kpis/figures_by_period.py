"""What the KPIs of any number of periods are and should be, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from agreements.models import Period
from core.dates import local_day
from delivery.models import Kpi, Reading
from delivery.rules import kpi_pace
from delivery.rules.kpi_pace import Line, Pace, Shape

PERIODS_IN_HISTORY = 6  # periods in the history of a figure

#: For each KPI, its newest reading (day, value) by the first day of the reading's period.
Newest = dict[UUID, dict[date, tuple[date, Decimal]]]


@dataclass(frozen=True)
class Figure:
    """One KPI in one period.

    `start` is where the period began: for a level the newest reading before the period, or else the
    baseline; for a count 0; for a rate the target, which should hold all along. The target line
    begins at `leaves`, which is `start`, or the target where a level begins beyond it.

    `value` is the newest reading inside the period and `on` its day; None means no reading, never
    0. `expected` is where the line is today. `held_against` is the value that the reading was
    compared with to get `pace`. `days_left` counts today. `history` has the last value of up to six
    periods, this one included.
    """

    kpi: Kpi
    start: Decimal
    value: Decimal | None
    on: date | None
    pace: Pace
    leaves: Decimal
    expected: Decimal | None
    held_against: Decimal | None
    days_left: int
    history: list[tuple[date, Decimal | None]]


class Spanned(Protocol):
    """What a period's figures are computed from."""

    @property
    def pk(self) -> UUID: ...
    @property
    def agreement_id(self) -> UUID: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


def figures_of(periods: Iterable[Spanned], today: date | None = None) -> dict[UUID, list[Figure]]:
    """Return the figures of each period, in the order of the KPIs.

    They are as of `today` or, without it, as of the end of each period. KPIs that were retired
    before a period began are left out of it.
    """
    period_list = list(periods)
    agreements = {period.agreement_id for period in period_list}
    kpis: dict[UUID, list[Kpi]] = defaultdict(list)
    for kpi in _kpis(agreements):
        kpis[kpi.agreement_id].append(kpi)
    begins: dict[UUID, list[date]] = defaultdict(list)
    if kpis:
        all_periods = Period.objects.filter(agreement__in=list(kpis)).order_by("starts_on")
        for agreement_id, starts_on in all_periods.values_list("agreement_id", "starts_on"):
            begins[agreement_id].append(starts_on)
    newest = _newest(kpis) if kpis else {}
    return {
        period.pk: [
            _figure(
                kpi,
                period,
                begins[period.agreement_id],
                newest.get(kpi.pk, {}),
                today or period.ends_on,
            )
            for kpi in kpis[period.agreement_id]
            if _is_measured(kpi, period)
        ]
        for period in period_list
    }


def _kpis(agreements: Iterable[UUID]) -> Iterable[Kpi]:
    """Return the KPIs of the agreements, each with its agreement's time zone as `zone`."""
    kpis = Kpi.objects.filter(agreement__in=list(agreements)).annotate(
        zone=F("agreement__time_zone")
    )
    return kpis.order_by("created_at", "name", "pk")


def _is_measured(kpi: Kpi, period: Spanned) -> bool:
    """Whether the KPI was still measured when the period began."""
    zone: str = kpi.zone  # type: ignore[attr-defined]  # annotated
    return kpi.retired_at is None or local_day(kpi.retired_at, zone) > period.starts_on


def _newest(agreements: Iterable[UUID]) -> Newest:
    """Return the newest reading of every KPI of the agreements in each period."""
    later = Reading.objects.filter(
        kpi=OuterRef("kpi"), period=OuterRef("period"), on__gt=OuterRef("on")
    )
    last_of_period = Reading.objects.filter(
        ~Exists(later), kpi__agreement__in=list(agreements)
    ).order_by()
    newest: Newest = defaultdict(dict)
    for kpi_id, starts_on, on, value in last_of_period.values_list(
        "kpi_id", "period__starts_on", "on", "value"
    ):
        newest[kpi_id][starts_on] = (on, value)
    return newest


def _figure(
    kpi: Kpi,
    period: Spanned,
    begins: list[date],
    newest: dict[date, tuple[date, Decimal]],
    today: date,
) -> Figure:
    """Return the figure of a KPI in a period.

    `begins` are the first days of the agreement's periods, oldest first, and `newest` the KPI's
    newest readings by the first day of their period.
    """
    earlier = [day for day in newest if day < period.starts_on]
    before = newest[max(earlier)][1] if earlier else None
    on, value = newest.get(period.starts_on, (None, None))
    start = kpi_pace.start_value(Shape(kpi.shape), kpi.baseline, before, kpi.target)
    line = Line(
        Shape(kpi.shape), start, kpi.target, period.starts_on, period.ends_on, kpi.less_is_better
    )
    history_days = [day for day in begins if day <= period.starts_on][-PERIODS_IN_HISTORY:]
    return Figure(
        kpi=kpi,
        start=start,
        value=value,
        on=on,
        pace=line.pace(value, on, today),
        leaves=line.leaves,
        expected=line.at(today) if today >= period.starts_on else None,
        held_against=line.held_against(on, today) if on else None,
        days_left=max(0, (period.ends_on - max(today, period.starts_on)).days),
        history=[(day, newest[day][1] if day in newest else None) for day in history_days],
    )
