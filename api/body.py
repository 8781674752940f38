"""Reads what a program posted: one reading or a list of them, or says at which place it cannot be read."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from delivery.kpis.readings import Wanted

MOST = 1000  # readings at a time
LONGEST = 40  # characters of a value


@dataclass(frozen=True)
class Fault:
    """What cannot be read at `place` (from 0); `field` names the part."""

    place: int
    field: str
    words: str


class NotJson(ValueError):
    """The body is not JSON."""


class TooMany(ValueError):
    """More readings than are taken at a time."""


def read(body: bytes) -> tuple[list[Wanted], list[Fault]]:
    """The readings of a body, and what is wrong with the others. Raises NotJson, TooMany."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    except (ValueError, RecursionError, InvalidOperation):
        raise NotJson from None
    rows = found if isinstance(found, list) else [found]
    if len(rows) > MOST:
        raise TooMany
    good: list[Wanted] = []
    bad: list[Fault] = []
    for place, row in enumerate(rows):
        try:
            good.append(_wanted(row))
        except _Unreadable as no:
            bad.append(Fault(place, no.field, no.words))
    return good, bad


class _Unreadable(Exception):
    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field, self.words = field, words


def _wanted(row: Any) -> Wanted:
    if not isinstance(row, dict):
        raise _Unreadable("", _("A reading is an object with kpi, on and value."))
    if unknown := sorted(set(row) - {"kpi", "on", "value"}):
        raise _Unreadable(unknown[0][:60], _("A reading has kpi, on and value, and nothing else."))
    return Wanted(_uuid(row.get("kpi")), _day(row.get("on")), _number(row.get("value")))


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise _Unreadable("kpi", _("kpi is the id of a KPI.")) from None


def _day(value: Any) -> date:
    try:
        if len(value) == len("2026-11-03"):
            return date.fromisoformat(value)
    except (ValueError, TypeError):
        pass
    raise _Unreadable("on", _("on is a date such as 2026-11-03."))


def _number(value: Any) -> Decimal:
    """A number, or a text that is one: a program that has only floats can send what it means."""
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
