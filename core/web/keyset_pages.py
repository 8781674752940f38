"""Pages of a list by keyset: a page costs the same, whatever the size of the table.

A page is found by the last row of the page before it (its cursor), not by its number.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import DateField, DateTimeField, IntegerField, Model, Q, QuerySet

M = TypeVar("M", bound=Model)
PAGE_SIZE = 25


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
) -> Page[M]:
    """One page of `queryset`, ordered by the field `by` and then by id, newest first.

    `by` may be a field of a row that is loaded with it, such as "client__name". With `up` the order
    is ascending. `parameters` is the query string of the request: the links of the page put the
    cursor into "after" or "before". An invalid cursor leads to the first page.
    """
    field = _field(queryset.model, by)
    after, before = (_decode(parameters.get(side, ""), field) for side in ("after", "before"))
    backwards = before is not None
    cursor = before if backwards else after
    # The previous page is read in reverse order from its cursor, and turned around below.
    ascending = up != backwards
    if cursor:
        queryset = queryset.filter(_beyond(by, cursor, ascending))
    direction = "" if ascending else "-"
    # One row more than the page needs tells whether there is another page.
    rows = list(queryset.order_by(f"{direction}{by}", f"{direction}pk")[: size + 1])
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows,
        _encode(rows[-1], by) if rows and (has_more or backwards) else "",
        _encode(rows[0], by) if rows and (has_more if backwards else bool(cursor)) else "",
    )


def _field(model: Any, by: str) -> Any:
    """The field that a path such as "client__name" leads to."""
    *path, name = by.split("__")
    for step in path:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(name)


def _beyond(by: str, cursor: tuple[Any, UUID], ascending: bool) -> Q:
    """The condition for rows that come after the cursor in this order."""
    value, pk = cursor
    lookup = "gt" if ascending else "lt"
    return Q(**{f"{by}__{lookup}": value}) | Q(**{by: value, f"pk__{lookup}": pk})


def _encode(row: Model, by: str) -> str:
    """The cursor of a row: its id and its value of the field `by`."""
    value: Any = row
    for name in by.split("__"):
        value = getattr(value, name)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return urlsafe_b64encode(f"{row.pk}|{text}".encode()).decode()


def _decode(cursor: str, field: Any) -> tuple[Any, UUID] | None:
    """The value of the field and the id in a cursor; None if it is empty or invalid."""
    try:
        pk, _bar, text = urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return _value(text, field), UUID(pk)
    except (ValueError, OverflowError):
        return None


def _value(text: str, field: Any) -> Any:
    """The value that this field has in a cursor. Raises ValueError and OverflowError."""
    if isinstance(field, DateTimeField):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("A moment without a time zone is no cursor of ours.")
        return moment.astimezone(UTC)  # which the first and the last day of the calendar may lack
    if isinstance(field, DateField):
        return date.fromisoformat(text)
    if isinstance(field, IntegerField):
        return int(text)
    if "\0" in text:
        raise ValueError("PostgreSQL compares no NUL.")
    return text
