"""Pages of a list by keyset: newest first, a fixed number of rows, whatever the size of the table."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
SIZE = 25


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows, and the marks of the pages after and before ("" where there is none)."""

    rows: list[M]
    after: str
    before: str


def page_of(
    found: QuerySet[M], asked: Mapping[str, str], *, by: str, size: int = SIZE, up: bool = False
) -> Page[M]:
    """One page of `found` ordered by `by` (newest first, or ascending with `up`), then id.

    `asked` holds "after" or "before" marks as the page's own links carry them; a mark that is no mark is the
    first page.
    """
    after, before = _read(asked.get("after", "")), _read(asked.get("before", ""))
    backwards = before is not None
    mark = before if backwards else after
    rising = up != backwards
    if mark:
        found = found.filter(_beyond(by, mark, rising))
    sign = "" if rising else "-"
    rows = list(found.order_by(f"{sign}{by}", f"{sign}pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows,
        _mark(rows[-1], by) if rows and (more or backwards) else "",
        _mark(rows[0], by) if rows and (more if backwards else bool(mark)) else "",
    )


def _beyond(by: str, mark: tuple[Any, UUID], rising: bool) -> Q:
    value, pk = mark
    way = "gt" if rising else "lt"
    return Q(**{f"{by}__{way}": value}) | Q(**{by: value, f"pk__{way}": pk})


def _mark(row: Model, by: str) -> str:
    value = getattr(row, by)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return urlsafe_b64encode(f"{row.pk}|{text}".encode()).decode()


def _read(mark: str) -> tuple[Any, UUID] | None:
    try:
        pk, _bar, text = urlsafe_b64decode(mark.encode()).decode().partition("|")
        return _value(text), UUID(pk)
    except ValueError:
        return None


def _value(text: str) -> Any:
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return text
