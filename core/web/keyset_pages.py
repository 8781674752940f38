"""Pages of a list by keyset: a page costs the same, whatever the size of the table.

A page is found by the last row of the page before it (its cursor), not by its number.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import (
    BinaryField,
    DateField,
    DateTimeField,
    IntegerField,
    Model,
    Q,
    QuerySet,
    TextField,
)

M = TypeVar("M", bound=Model)
PAGE_SIZE = 25
BETWEEN = "\x1f"  # two values of a cursor; only the last may hold it


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of a page, and the cursors of the next page (`after`) and the previous (`before`).

    A cursor is "" if there is no such page.
    """

    rows: list[M]
    after: str
    before: str


@dataclass(frozen=True)
class Sort:
    """The link of a column's head that sorts a list.

    `is_up` says in which order the list is sorted by this column, and is None if it is not.
    """

    address: str
    is_up: bool | None

    @property
    def arrow(self) -> str:
        """The arrow beside the name of the column."""
        return {True: " ↑", False: " ↓", None: ""}[self.is_up]

    @property
    def direction(self) -> str:
        """The order, as screen readers are told."""
        return {True: "ascending", False: "descending", None: "none"}[self.is_up]


def page_of(
    queryset: QuerySet[M],
    parameters: Mapping[str, str],
    *,
    by: str,
    size: int = PAGE_SIZE,
    up: bool = False,
    within: Sequence[str] = (),
) -> Page[M]:
    """One page of `queryset`, ordered by the field `by` and then by id, newest first.

    `by` may be a field of a row that is loaded with it, such as "client__name_key"; it is never
    NULL. With `up` the order is ascending. `within` are fields that group the list before that,
    always ascending: sums are compared within their currency alone. `parameters` is the query
    string of the request: the links of the page put the cursor into "after" or "before". An invalid
    cursor leads to the first page.
    """
    names = (*within, by)
    fields = [_field(queryset.model, name) for name in names]
    after, before = (_decode(parameters.get(side, ""), fields) for side in ("after", "before"))
    backwards = before is not None
    cursor = before if backwards else after
    # The previous page is read in reverse order from its cursor, and turned around below.
    ups = [is_up != backwards for is_up in (*(True for _name in within), up, up)]
    order = list(zip((*names, "pk"), ups, strict=True))
    if cursor:
        queryset = queryset.filter(_beyond(order, cursor))
    # One row more than the page needs tells whether there is another page.
    ordered = queryset.order_by(*(name if is_up else f"-{name}" for name, is_up in order))
    rows = list(ordered[: size + 1])
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows,
        _encode(rows[-1], names) if rows and (has_more or backwards) else "",
        _encode(rows[0], names) if rows and (has_more if backwards else bool(cursor)) else "",
    )


def page_of_sorted(
    rows: Sequence[M], parameters: Mapping[str, str], *, size: int = PAGE_SIZE
) -> Page[M]:
    """One page of rows that are loaded already, in the order in which they are given.

    For orders that no column has. A cursor of a row that is no longer there leads to the first
    page.
    """
    places = {str(row.pk): place for place, row in enumerate(rows)}
    after, before = (places.get(_pk(parameters.get(side, ""))) for side in ("after", "before"))
    start = max(0, before - size) if before is not None else 0 if after is None else after + 1
    end = before if before is not None else start + size
    page = list(rows[start:end])
    return Page(
        page,
        _encode(page[-1], ()) if page and end < len(rows) else "",
        _encode(page[0], ()) if page and start else "",
    )


def _field(model: Any, by: str) -> Any:
    """The field that a path such as "client__name" leads to."""
    *path, name = by.split("__")
    for step in path:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(name)


def _beyond(order: Sequence[tuple[str, bool]], cursor: Sequence[Any]) -> Q:
    """The condition for rows that come after the cursor in this order."""
    first, is_up = order[0]
    # It follows from the rest; with it the database begins in the index at the cursor.
    beyond = Q(**{f"{first}__{'gte' if is_up else 'lte'}": cursor[0]})
    rest, same = Q(), Q()
    for (name, is_up), value in zip(order, cursor, strict=True):
        rest |= same & Q(**{f"{name}__{'gt' if is_up else 'lt'}": value})
        same &= Q(**{name: value})
    return beyond & rest


def _encode(row: Model, names: Sequence[str]) -> str:
    """The cursor of a row: its id and its values of these fields."""
    text = BETWEEN.join(_text(row, name) for name in names)
    return urlsafe_b64encode(f"{row.pk}|{text}".encode()).decode()


def _text(row: Model, path: str) -> str:
    """The value of a field as it stands in a cursor."""
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date) else str(value)


def _decode(cursor: str, fields: Sequence[Any]) -> tuple[Any, ...] | None:
    """The values of the fields and the id in a cursor; None if it is empty or invalid."""
    try:
        pk, _bar, text = urlsafe_b64decode(cursor.encode()).decode().partition("|")
        texts = text.split(BETWEEN, len(fields) - 1)
        values = [_value(one, field) for one, field in zip(texts, fields, strict=True)]
        return (*values, UUID(pk))
    except (ValueError, OverflowError):
        return None


def _pk(cursor: str) -> str:
    """The id in a cursor, whatever else it says; "" if there is none."""
    found = _decode(cursor.strip(), [TextField()])
    return str(found[-1]) if found else ""


def _value(text: str, field: Any) -> Any:
    """The value that this field has in a cursor. Raises ValueError and OverflowError."""
    if isinstance(field, DateTimeField):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("A moment without a time zone is no cursor of ours.")
        return moment.astimezone(UTC)  # which the first and the last day of the calendar may lack
    if isinstance(field, DateField):
        return date.fromisoformat(text)
    if isinstance(field, BinaryField):
        return bytes.fromhex(text)
    if isinstance(field, IntegerField):
        return int(text)
    if "\0" in text:
        raise ValueError("PostgreSQL compares no NUL.")
    return text
