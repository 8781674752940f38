"""Draws the last periods of a KPI as a small chart, for a report's page and its PDF alike."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from core import charts, formats

WIDTH, HEIGHT = 240, 120


def history_chart(row: dict[str, Any]) -> charts.Course | None:
    """Return the chart of a KPI in a report's snapshot; None without a single reading.

    The axis shows short figures and only its two ends; the exact values are in `rows`.
    """
    points = [
        (formats.month_short(date.fromisoformat(day)), _value(value))
        for day, value in row["history"]
    ]
    if all(value is None for _label, value in points):
        return None
    course = charts.line(
        points, target=Decimal(row["target"]), show=formats.number_short, width=WIDTH, height=HEIGHT
    )
    ends = course.labels[:1] + course.labels[-1:] if len(course.labels) > 1 else course.labels
    exact = [(label, formats.number(value)) for label, value in points if value is not None]
    return replace(course, labels=ends, rows=exact)


def _value(text: str) -> Decimal | None:
    """Return a value of the snapshot, None where the text is empty."""
    return Decimal(text) if text else None
