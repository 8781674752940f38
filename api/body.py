"""Parses the body of a request: one reading or a list of them, or what is wrong with each."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from delivery.kpis.readings import SubmittedReading

MOST_READINGS = 1000  # readings in one request
LONGEST = 40  # characters of a value


@dataclass(frozen=True)
class Fault:
    """What is wrong with the reading at position `place` (from 0).

    `field` names the part that is wrong, and `words` says why.
    """

    place: int
    field: str
    words: str


class NotJson(ValueError):
    """The body is not JSON."""


class TooMany(ValueError):
    """The body holds more than MOST readings."""


def read_body(body: bytes) -> tuple[list[SubmittedReading], list[Fault]]:
    """Return the readings in a body, and the faults of the others.

    Raises NotJson and TooMany.
    """
    try:
        content = json.loads(body, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    except (ValueError, RecursionError, InvalidOperation):
        raise NotJson from None
    items = content if isinstance(content, list) else [content]
    if len(items) > MOST_READINGS:
        raise TooMany
    readings: list[SubmittedReading] = []
    faults: list[Fault] = []
    for index, item in enumerate(items):
        try:
            readings.append(_reading(item))
        except _Unreadable as error:
            faults.append(Fault(index, error.field, error.words))
    return readings, faults


class _Unreadable(Exception):
    """A reading cannot be parsed: `field` names the part, `words` says why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field, self.words = field, words


def _reading(item: Any) -> SubmittedReading:
    """Return the reading in one JSON object. Raises _Unreadable."""
    if not isinstance(item, dict):
        raise _Unreadable("", _("A reading is an object with kpi, on and value."))
    if unknown := sorted(set(item) - {"kpi", "on", "value"}):
        raise _Unreadable(unknown[0][:60], _("A reading has kpi, on and value, and nothing else."))
    return SubmittedReading(
        _uuid(item.get("kpi")), _day(item.get("on")), _number(item.get("value"))
    )


def _uuid(value: Any) -> UUID:
    """Return the id of a KPI. Raises _Unreadable."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise _Unreadable("kpi", _("kpi is the id of a KPI.")) from None


def _day(value: Any) -> date:
    """Return a date in the form 2026-11-03. Raises _Unreadable."""
    try:
        if len(value) == len("2026-11-03"):
            return date.fromisoformat(value)
    except (ValueError, TypeError):
        pass
    raise _Unreadable("on", _("on is a date such as 2026-11-03."))


def _number(value: Any) -> Decimal:
    """Return a number, also from a text: a program that has only floats can send an exact value.

    Raises _Unreadable.
    """
    if (
        isinstance(value, str)
        and len(value) <= LONGEST
        and value.isascii()
        and value == value.strip()
    ):
        try:
            value = Decimal(value) if "_" not in value else None
        except InvalidOperation:
            value = None
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _Unreadable("value", _("value is a number such as 123.4."))
    return value
