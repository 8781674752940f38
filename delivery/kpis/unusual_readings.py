"""Asks about a reading that is far from what is usual, before it counts (rule 38)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from core import formats
from delivery.kpis.kpi_changes import ReadingValue
from delivery.models import Kpi, Reading
from delivery.models.kpi import Source
from delivery.rules.kpi_pace import LOOKED_AT, is_unusual, usual_value


def question(kpi: Kpi, value: Decimal, on: date) -> str:
    """Return what to ask about a value of this day, in the active language; "" if it is usual."""
    earlier = Reading.objects.filter(kpi=kpi, on__lt=on).order_by("-on")
    found = list(earlier.values_list("value", flat=True)[:LOOKED_AT])
    usual = usual_value(found, kpi.baseline)
    if not is_unusual(value, usual):
        return ""
    values = {"value": formats.number(value), "usual": formats.number(usual)}
    return _("%(value)s is correct, although it is usually about %(usual)s.") % values


def notes(values: Iterable[ReadingValue]) -> dict[tuple[UUID, date], str]:
    """Return what to say about those of many values that are unusual, by KPI and day.

    What is usual follows from the stored readings and from these. One query; in the active
    language.
    """
    values = list(values)
    by_kpi: dict[UUID, dict[date, Decimal]] = defaultdict(dict)
    stored = Reading.objects.filter(kpi__in={one.kpi.pk for one in values})
    for kpi, on, value in stored.values_list("kpi", "on", "value"):
        by_kpi[kpi][on] = value
    for one in values:
        by_kpi[one.kpi.pk][one.on] = one.value
    in_order = {kpi: sorted(of_kpi.items()) for kpi, of_kpi in by_kpi.items()}
    said = {}
    for one in values:
        history = in_order[one.kpi.pk]
        place = bisect_left(history, one.on, key=lambda each: each[0])
        earlier = [value for _on, value in history[max(0, place - LOOKED_AT) : place]]
        usual = usual_value(earlier, one.kpi.baseline)
        if is_unusual(one.value, usual):
            said[one.kpi.pk, one.on] = _note(one.kpi, one.value, one.on, usual)
    return said


def unasked(kpi: Kpi, readings: Sequence[Reading], since: date) -> list[str]:
    """Return what to say about values over HTTP, about which nobody was asked, since a day.

    `readings` are those of the KPI that count, the newest day first.
    """
    said = []
    for place, row in enumerate(readings):
        if row.on >= since and row.source == Source.HTTP:
            earlier = [each.value for each in readings[place + 1 : place + 1 + LOOKED_AT]]
            usual = usual_value(earlier, kpi.baseline)
            if is_unusual(row.value, usual):
                said.append(_note(kpi, row.value, row.on, usual))
    return said


def _note(kpi: Kpi, value: Decimal, on: date, usual: Decimal) -> str:
    facts = {
        "kpi": kpi.name,
        "value": formats.number(value),
        "on": formats.day(on),
        "usual": formats.number(usual),
    }
    return _("%(kpi)s: %(value)s on %(on)s, although it is usually about %(usual)s.") % facts
