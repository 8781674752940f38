"""An agreement's KPIs as they are looked at: each against its line, drawn and in words, and its history."""

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

SHOWN = 24  # readings of a KPI's history


@dataclass(frozen=True)
class Kept:
    """A reading in the history: what it was before it was corrected, newest first."""

    reading: Reading
    before: list[Reading]


@dataclass(frozen=True)
class Look:
    """One KPI in the period that runs."""

    figure: Figure
    words: str
    course: Course
    kept: list[Kept]


def of_agreement(agreement: Agreement, period: Period | None, today: date) -> list[Look]:
    """Every KPI that is measured in a period, in a fixed number of queries."""
    if period is None:
        return []
    found = figures.of_periods([period], today)[period.pk]
    kept = _kept(agreement, [one.kpi for one in found])
    return [
        Look(
            one,
            sentence(one, period, today),
            drawn(one, period, kept[one.kpi.pk]),
            kept[one.kpi.pk][:SHOWN],
        )
        for one in found
    ]


def _kept(agreement: Agreement, kpis: Iterable[Kpi]) -> dict[UUID, list[Kept]]:
    """The live readings of each KPI, newest day first, with what they correct."""
    rows = Reading.history.filter(kpi__in=[one.pk for one in kpis]).order_by("-on", "-created_at")
    by_day: dict[tuple[UUID, date], list[Reading]] = defaultdict(list)
    for row in rows:
        by_day[row.kpi_id, row.on].append(row)
    found: dict[UUID, list[Kept]] = defaultdict(list)
    for (kpi_id, _on), versions in by_day.items():
        live = next((row for row in versions if row.voided_at is None), None)
        if live:
            found[kpi_id].append(Kept(live, [row for row in versions if row.voided_at]))
    return found


def drawn(one: Figure, period: Period, kept: Iterable[Kept]) -> Course:
    """The period's readings day by day, against the line from its start to its target."""
    read = {each.reading.on: each.reading.value for each in kept}
    days = [
        period.starts_on + timedelta(days=n)
        for n in range((period.ends_on - period.starts_on).days)
    ]
    return charts.line(
        [(formats.day_short(day), read.get(day)) for day in days],
        target=one.kpi.target,
        ideal=None if one.kpi.shape == Shape.RATE else (one.leaves, one.kpi.target),
        show=formats.number,
        joined=True,
    )


def amount(value: Decimal | None, about: Kpi) -> str:
    """A figure with its unit: 3.5 %."""
    return f"{formats.number(value)} {about.unit}".strip()


def expected(one: Figure, value: Decimal | None) -> str:
    """A place on the line."""
    return amount(None if value is None else kpi_pace.whole(value, one.kpi.target), one.kpi)


def sentence(one: Figure, period: Period, today: date) -> str:
    """Expected against actual, and how long there is."""
    about, last = one.kpi, period.ends_on - timedelta(days=1)
    words = {
        "value": amount(one.value, about),
        "on": formats.day_short(one.on),
        "then": expected(one, one.held_against),
        "now": expected(one, one.expected),
        "target": amount(about.target, about),
        "last": formats.day_short(last),
    }
    if one.value is None:
        said = _(
            "Not measured in this period yet. Today the line is at %(now)s; the target is %(target)s on %(last)s."
        )
    elif one.days_left == 0:
        said = _("%(value)s on %(on)s; the target was %(target)s.")
    elif about.shape == Shape.RATE:
        said = _("%(value)s on %(on)s; every reading is to be at %(target)s.")
    elif one.on == today or one.pace == Pace.REACHED:
        said = _("%(value)s on %(on)s, expected %(then)s; the target is %(target)s on %(last)s.")
    else:
        said = _(
            "%(value)s on %(on)s, expected %(then)s that day and %(now)s today; the target is %(target)s on %(last)s."
        )
    left = ngettext("%(n)s day left.", "%(n)s days left.", one.days_left) % {"n": one.days_left}
    return f"{said % words} {left}" if one.days_left else said % words


def since_start(one: Figure) -> str:
    """How far it has come since the agreement began."""
    if one.value is None:
        return ""
    if one.change is None:
        return _("from 0 at the start")
    return _("%(change)s %% since the start") % {"change": formats.signed(one.change)}


def retired(agreement: Agreement, shown: Iterable[Look]) -> list[Kpi]:
    """Those that are no longer measured."""
    here = Q(pk__in=[look.figure.kpi.pk for look in shown])
    return list(Kpi.objects.filter(agreement=agreement, retired_at__isnull=False).exclude(here))
