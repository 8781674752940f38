"""Every table of a business as rows that another system can read: nothing of it is kept back but secrets."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import BinaryField, Field, Model, Q, QuerySet

from core.models import Business, OutboxEmail, TenantRow
from core.tables import spreadsheet

#: What opens a door, or is only the machinery's: it never leaves.
SECRET = frozenset(
    [
        "code_row",
        "prepare_key",
        "token",
        "digest",
        "portal_epoch",
        "secret",
        "webhook_secret",
        "fence",
        "lease_until",
        "action_url",
    ]
)
LEFT_OUT = frozenset(["exports.Export"])  # the exports themselves
LETTER = ("id", "kind", "to", "language", "subject", "state", "created_at", "sent_at", "attachment")
ROWS = 500  # read at a time


def tables(business: Business) -> Iterator[tuple[str, list[str], QuerySet[Any]]]:
    """(name, columns, rows) of each, by name; the business itself first."""
    yield "business", columns_of(Business), Business.objects.filter(pk=business.pk)
    for model in sorted(models(), key=lambda each: each._meta.label_lower):
        own = model._default_manager.filter(business=business).order_by("created_at", "id")
        yield model._meta.label_lower, columns_of(model), own
        for field in model._meta.many_to_many:
            through = field.remote_field.through
            assert through
            rows = through._default_manager.filter(
                Q(**{f"{model._meta.model_name}__business": business})
            )
            yield (
                f"{model._meta.label_lower}.{field.name}",
                columns_of(through),
                rows.order_by("pk"),
            )
    letters = OutboxEmail.objects.filter(business=business).order_by("created_at", "id")
    yield (
        "core.outboxemail",
        _attributes(OutboxEmail, LETTER),
        letters,
    )  # without text and reply address: doors


def models() -> list[type[Model]]:
    """The tables whose rows belong to a business."""
    return [
        each
        for each in apps.get_models()
        if issubclass(each, TenantRow) and each._meta.label not in LEFT_OUT
    ]


def as_csv(columns: list[str], rows: QuerySet[Any]) -> Iterator[str]:
    """Line by line."""
    yield "\ufeff"
    yield from spreadsheet.lines([columns])
    yield from spreadsheet.lines(
        [_cell(value) for value in values] for values in _values(columns, rows)
    )


def as_json(columns: list[str], rows: QuerySet[Any]) -> Iterator[str]:
    """A list of objects, one on each line."""
    mark = "[\n"
    for values in _values(columns, rows):
        yield mark + json.dumps(
            dict(zip(columns, values, strict=True)), ensure_ascii=False, default=_plain
        )
        mark = ",\n"
    yield "[]\n" if mark == "[\n" else "\n]\n"


def _values(columns: list[str], rows: QuerySet[Any]) -> Iterable[list[Any]]:
    for row in rows.iterator(ROWS):
        yield [getattr(row, column) for column in columns]


def columns_of(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if _leaves(field)]


def _attributes(model: type[Model], names: Iterable[str]) -> list[str]:
    return [model._meta.get_field(name).attname for name in names]  # type: ignore[union-attr]


def _leaves(field: "Field[Any, Any]") -> bool:
    return field.name not in SECRET and not isinstance(field, BinaryField)


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return _plain(value) if isinstance(value, date | UUID | Decimal) else value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
