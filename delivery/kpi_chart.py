"""Draws a KPI's way through the last periods, for a report's page and paper alike."""

from datetime import date
from decimal import Decimal
from typing import Any

from core import charts
from core.templatetags import rh

WIDTH, HEIGHT = 340, 150


def chart(row: dict[str, Any]) -> charts.Course | None:
    """From a report's snapshot of the figure; None where there is not a single reading to draw."""
    points = [(rh.month_short(date.fromisoformat(day)), _value(said)) for day, said in row["history"]]
    if all(value is None for _label, value in points):
        return None
    target = Decimal(row["target"])
    return charts.line(points, target=target, show=rh.number, width=WIDTH, height=HEIGHT)


def _value(said: str) -> Decimal | None:
    return Decimal(said) if said else None
