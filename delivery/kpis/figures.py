"""What the KPIs of any number of periods were and should have been, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from agreements.models import Period
from core.dates import local_day
from delivery.models import Kpi, Reading
from delivery.rules import kpi_pace
from delivery.rules.kpi_pace import Line, Pace, Shape

SHOWN = 6  # periods of a figure's history

#: The newest reading of a KPI by its period's first day: (day, value).
Newest = dict[UUID, dict[date, tuple[date, Decimal]]]


@dataclass(frozen=True)
class Figure:
    """One KPI in one period. `start` is where the period began: for a level the newest reading before it, else the
    baseline; for a count 0; for a rate the target, which is wanted all along.

    The line `leaves` there, or at the target where a level begins beyond it. `value` is the newest reading inside the
    period and `on` its day; None: no reading, which is never 0. `expected` is where the line is today, `held_against`
    what the reading was compared with for `pace` (the line on its own day). `days_left` counts today. `history` has
    the last value of up to six periods up to this one.
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

    @property
    def change(self) -> Decimal | None:
        """Percent against the baseline; None without a reading and from 0."""
        return kpi_pace.change(self.kpi.baseline, self.value)


def of_periods(periods: Iterable[Period], today: date | None = None) -> dict[UUID, list[Figure]]:
    """The figures of each period, as of `today` or, without one, of the period's end. In the KPIs' order; those that
    were retired before a period began are not in it."""
    rows = list(periods)
    agreements = {row.agreement_id for row in rows}
    kpis: dict[UUID, list[Kpi]] = defaultdict(list)
    for one in _kpis(agreements):
        kpis[one.agreement_id].append(one)
    begins: dict[UUID, list[date]] = defaultdict(list)
    if kpis:
        known = Period.objects.filter(agreement__in=list(kpis)).order_by("starts_on")
        for agreement_id, starts_on in known.values_list("agreement_id", "starts_on"):
            begins[agreement_id].append(starts_on)
    newest = _newest(kpis) if kpis else {}
    return {
        row.pk: [
            _figure(
                one, row, begins[row.agreement_id], newest.get(one.pk, {}), today or row.ends_on
            )
            for one in kpis[row.agreement_id]
            if _is_in(one, row)
        ]
        for row in rows
    }


def _kpis(agreements: Iterable[UUID]) -> Iterable[Kpi]:
    found = Kpi.objects.filter(agreement__in=list(agreements)).annotate(
        zone=F("agreement__time_zone")
    )
    return found.order_by("created_at", "name", "pk")


def _is_in(one: Kpi, period: Period) -> bool:
    """Whether it was still measured when the period began."""
    zone: str = one.zone  # type: ignore[attr-defined]  # annotated
    return one.retired_at is None or local_day(one.retired_at, zone) > period.starts_on


def _newest(agreements: Iterable[UUID]) -> Newest:
    later = Reading.objects.filter(
        kpi=OuterRef("kpi"), period=OuterRef("period"), on__gt=OuterRef("on")
    )
    last = Reading.objects.filter(~Exists(later), kpi__agreement__in=list(agreements)).order_by()
    found: Newest = defaultdict(dict)
    for kpi_id, starts_on, on, value in last.values_list(
        "kpi_id", "period__starts_on", "on", "value"
    ):
        found[kpi_id][starts_on] = (on, value)
    return found


def _figure(
    one: Kpi,
    period: Period,
    begins: list[date],
    newest: dict[date, tuple[date, Decimal]],
    today: date,
) -> Figure:
    earlier = [day for day in newest if day < period.starts_on]
    before = newest[max(earlier)][1] if earlier else None
    on, value = newest.get(period.starts_on, (None, None))
    start = kpi_pace.start_of(Shape(one.shape), one.baseline, before, one.target)
    line = Line(
        Shape(one.shape), start, one.target, period.starts_on, period.ends_on, one.less_is_better
    )
    shown = [day for day in begins if day <= period.starts_on][-SHOWN:]
    return Figure(
        kpi=one,
        start=start,
        value=value,
        on=on,
        pace=line.pace(value, on, today),
        leaves=line.leaves,
        expected=line.at(today) if today >= period.starts_on else None,
        held_against=line.held_against(on, today) if on else None,
        days_left=max(0, (period.ends_on - max(today, period.starts_on)).days),
        history=[(day, newest[day][1] if day in newest else None) for day in shown],
    )
