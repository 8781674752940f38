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
from delivery.kpis import figures_by_period, unusual_readings
from delivery.kpis.change_texts import since_start
from delivery.kpis.figures_by_period import Figure
from delivery.models import Kpi, Reading
from delivery.rules import kpi_pace
from delivery.rules.kpi_pace import Pace, Shape

READINGS_SHOWN = 24  # readings of a KPI that are listed


@dataclass(frozen=True)
class ReadingVersions:
    """A reading with the versions that it corrected, the newest first."""

    reading: Reading
    before: list[Reading]


@dataclass(frozen=True)
class KpiCard:
    """One KPI in the running period: its figure, a sentence, the chart and the readings.

    `unusual` are sentences about values of the period that came over HTTP, far from what is usual.
    """

    figure: Figure
    words: str
    course: Course
    kept: list[ReadingVersions]
    unusual: list[str]


def kpi_cards(agreement: Agreement, period: Period | None, today: date) -> list[KpiCard]:
    """Return every KPI that is measured in `period`; an empty list without a period.

    The number of queries does not grow with the number of KPIs.
    """
    if period is None:
        return []
    period_figures = figures_by_period.figures_of([period], today)[period.pk]
    readings = _readings_with_versions(agreement, [figure.kpi for figure in period_figures])
    return [
        KpiCard(
            figure,
            standing_sentence(figure, period, today),
            period_chart(figure, period, readings[figure.kpi.pk]),
            readings[figure.kpi.pk][:READINGS_SHOWN],
            unusual_readings.unasked(
                figure.kpi, [each.reading for each in readings[figure.kpi.pk]], period.starts_on
            ),
        )
        for figure in period_figures
    ]


def _readings_with_versions(
    agreement: Agreement, kpis: Iterable[Kpi]
) -> dict[UUID, list[ReadingVersions]]:
    """Return the current readings of each KPI, the newest day first, with what they corrected."""
    rows = Reading.history.filter(kpi__in=[kpi.pk for kpi in kpis]).order_by("-on", "-created_at")
    by_day: dict[tuple[UUID, date], list[Reading]] = defaultdict(list)
    for reading in rows:
        by_day[reading.kpi_id, reading.on].append(reading)
    history: dict[UUID, list[ReadingVersions]] = defaultdict(list)
    for (kpi_id, _on), day_readings in by_day.items():
        current = next((reading for reading in day_readings if reading.voided_at is None), None)
        if current:
            history[kpi_id].append(
                ReadingVersions(current, [reading for reading in day_readings if reading.voided_at])
            )
    return history


def period_chart(figure: Figure, period: Period, readings: Iterable[ReadingVersions]) -> Course:
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


def with_unit(value: Decimal | None, kpi: Kpi) -> str:
    """Return a figure with the unit of its KPI, such as 3.5 %; without one, a dash alone."""
    return f"{formats.number(value)} {'' if value is None else kpi.unit}".strip()


def expected_text(figure: Figure, value: Decimal | None) -> str:
    """Return a value on the target line with its unit, rounded for reading."""
    return with_unit(
        None if value is None else kpi_pace.rounded(value, figure.kpi.target), figure.kpi
    )


def standing_sentence(figure: Figure, period: Period, today: date) -> str:
    """Return a sentence about the actual and the expected figure, and the days that are left."""
    kpi, last = figure.kpi, period.ends_on - timedelta(days=1)
    values = {
        "value": with_unit(figure.value, kpi),
        "on": formats.day_short(figure.on),
        "then": expected_text(figure, figure.held_against),
        "now": expected_text(figure, figure.expected),
        "target": with_unit(kpi.target, kpi),
        "last": formats.day_short(last),
    }
    if figure.value is None and figure.expected is None:
        template = _("Not measured in this period yet. The target is %(target)s on %(last)s.")
    elif figure.value is None:
        template = _(
            "Not measured in this period yet. Expected today: %(now)s; the target is %(target)s "
            "on %(last)s."
        )
    elif figure.days_left == 0:
        template = _("%(value)s on %(on)s; the target was %(target)s.")
    elif kpi.shape == Shape.RATE:
        template = (
            _("%(value)s on %(on)s; target: at most %(target)s.")
            if kpi.less_is_better
            else _("%(value)s on %(on)s; target: at least %(target)s.")
        )
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


def change_since_start(figure: Figure) -> str:
    """Return how much the figure has changed since the agreement began, in words."""
    if figure.value is None:
        return ""
    return since_start(figure.kpi.baseline, figure.value)


def retired_kpis(agreement: Agreement, shown: Iterable[KpiCard]) -> list[Kpi]:
    """Return the KPIs of an agreement that are no longer measured, without those in `shown`."""
    is_shown = Q(pk__in=[look.figure.kpi.pk for look in shown])
    return list(Kpi.objects.filter(agreement=agreement, retired_at__isnull=False).exclude(is_shown))
