"""What the KPI page of an agreement shows: each KPI in words and as a chart, and its readings."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from core import charts, formats
from core.charts import Course
from delivery.kpis import figures
from delivery.kpis.figures import Figure
from delivery.models import Kpi, Reading
from delivery.rules import kpi_pace
from delivery.rules.kpi_pace import Pace, Shape

SHOWN = 24  # readings of a KPI that are listed


@dataclass(frozen=True)
class Kept:
    """A reading with the versions that it corrected, the newest first."""

    reading: Reading
    before: list[Reading]


@dataclass(frozen=True)
class Look:
    """One KPI in the running period: its figure, a sentence, the chart and the readings."""

    figure: Figure
    words: str
    course: Course
    kept: list[Kept]


def of_agreement(agreement: Agreement, period: Period | None, today: date) -> list[Look]:
    """Return every KPI that is measured in `period`; an empty list without a period.

    The number of queries does not grow with the number of KPIs.
    """
    if period is None:
        return []
    period_figures = figures.of_periods([period], today)[period.pk]
    readings = _readings_with_versions(agreement, [figure.kpi for figure in period_figures])
    return [
        Look(
            figure,
            sentence(figure, period, today),
            drawn(figure, period, readings[figure.kpi.pk]),
            readings[figure.kpi.pk][:SHOWN],
        )
        for figure in period_figures
    ]


def _readings_with_versions(agreement: Agreement, kpis: Iterable[Kpi]) -> dict[UUID, list[Kept]]:
    """Return the current readings of each KPI, the newest day first, with what they corrected."""
    rows = Reading.history.filter(kpi__in=[kpi.pk for kpi in kpis]).order_by("-on", "-created_at")
    by_day: dict[tuple[UUID, date], list[Reading]] = defaultdict(list)
    for reading in rows:
        by_day[reading.kpi_id, reading.on].append(reading)
    history: dict[UUID, list[Kept]] = defaultdict(list)
    for (kpi_id, _on), day_readings in by_day.items():
        current = next((reading for reading in day_readings if reading.voided_at is None), None)
        if current:
            history[kpi_id].append(
                Kept(current, [reading for reading in day_readings if reading.voided_at])
            )
    return history


def drawn(figure: Figure, period: Period, readings: Iterable[Kept]) -> Course:
    """Return the chart of the period: each day's reading, the target, and the line towards it."""
    values = {entry.reading.on: entry.reading.value for entry in readings}
    days = [
        period.starts_on + timedelta(days=offset)
        for offset in range((period.ends_on - period.starts_on).days)
    ]
    return charts.line(
        [(formats.day_short(day), values.get(day)) for day in days],
        target=figure.kpi.target,
        ideal=None if figure.kpi.shape == Shape.RATE else (figure.leaves, figure.kpi.target),
        show=formats.number,
        joined=True,
    )


def amount(value: Decimal | None, kpi: Kpi) -> str:
    """Return a figure with the unit of its KPI, such as 3.5 %."""
    return f"{formats.number(value)} {kpi.unit}".strip()


def expected(figure: Figure, value: Decimal | None) -> str:
    """Return a value on the target line with its unit, rounded for reading."""
    return amount(None if value is None else kpi_pace.whole(value, figure.kpi.target), figure.kpi)


def sentence(figure: Figure, period: Period, today: date) -> str:
    """Return a sentence about the actual and the expected figure, and the days that are left."""
    kpi, last = figure.kpi, period.ends_on - timedelta(days=1)
    values = {
        "value": amount(figure.value, kpi),
        "on": formats.day_short(figure.on),
        "then": expected(figure, figure.held_against),
        "now": expected(figure, figure.expected),
        "target": amount(kpi.target, kpi),
        "last": formats.day_short(last),
    }
    if figure.value is None:
        template = _(
            "Not measured in this period yet. Today the line is at %(now)s; the target is "
            "%(target)s on %(last)s."
        )
    elif figure.days_left == 0:
        template = _("%(value)s on %(on)s; the target was %(target)s.")
    elif kpi.shape == Shape.RATE:
        template = _("%(value)s on %(on)s; every reading is to be at %(target)s.")
    elif figure.on == today or figure.pace == Pace.REACHED:
        template = _(
            "%(value)s on %(on)s, expected %(then)s; the target is %(target)s on %(last)s."
        )
    else:
        template = _(
            "%(value)s on %(on)s, expected %(then)s that day and %(now)s today; the target is "
            "%(target)s on %(last)s."
        )
    days_left = ngettext("%(n)s day left.", "%(n)s days left.", figure.days_left) % {
        "n": figure.days_left
    }
    return f"{template % values} {days_left}" if figure.days_left else template % values


def since_start(figure: Figure) -> str:
    """Return how much the figure has changed since the agreement began, in words."""
    if figure.value is None:
        return ""
    if figure.change is None:
        return _("from 0 at the start")
    return _("%(change)s %% since the start") % {"change": formats.signed(figure.change)}


def retired(agreement: Agreement, shown: Iterable[Look]) -> list[Kpi]:
    """Return the KPIs of an agreement that are no longer measured, without those in `shown`."""
    is_shown = Q(pk__in=[look.figure.kpi.pk for look in shown])
    return list(Kpi.objects.filter(agreement=agreement, retired_at__isnull=False).exclude(is_shown))
