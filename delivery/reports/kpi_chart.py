"""Draws a KPI's way through the last periods, small, for a report's page and paper alike."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from core import charts, formats

WIDTH, HEIGHT = 240, 120


def chart(row: dict[str, Any]) -> charts.Course | None:
    """From a report's snapshot of the figure; None where there is not a single reading to draw.

    The axis has short figures and its two ends: the exact ones stand in `rows`.
    """
    points = [
        (formats.month_short(date.fromisoformat(day)), _value(said)) for day, said in row["history"]
    ]
    if all(value is None for _label, value in points):
        return None
    drawn = charts.line(
        points, target=Decimal(row["target"]), show=formats.number_short, width=WIDTH, height=HEIGHT
    )
    ends = drawn.labels[:1] + drawn.labels[-1:] if len(drawn.labels) > 1 else drawn.labels
    exact = [(label, formats.number(value)) for label, value in points if value is not None]
    return replace(drawn, labels=ends, rows=exact)


def _value(said: str) -> Decimal | None:
    return Decimal(said) if said else None
