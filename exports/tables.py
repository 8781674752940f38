"""Every table of a business as CSV and JSON for other systems.

Only secrets, and columns that serve the machinery alone, are left out.
"""

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

#: Columns that are never exported: credentials, links that grant access, and locks.
SECRET_COLUMNS = frozenset(
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
EXCLUDED_MODELS = frozenset(["exports.Export"])
# Columns of emails: without text and reply address, which hold links that grant access.
EMAIL_COLUMNS = (
    "id",
    "kind",
    "to",
    "language",
    "subject",
    "state",
    "created_at",
    "sent_at",
    "bounced_at",
    "attachment",
)
ROWS = 500  # that are read at a time


def business_tables(business: Business) -> Iterator[tuple[str, list[str], QuerySet[Any]]]:
    """Yield (name, columns, rows) of each table by name, the business itself first."""
    yield "business", columns_of(Business), Business.objects.filter(pk=business.pk)
    for model in sorted(business_models(), key=lambda model_class: model_class._meta.label_lower):
        own_rows = model._default_manager.filter(business=business).order_by("created_at", "id")
        yield model._meta.label_lower, columns_of(model), own_rows
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
    sent_emails = OutboxEmail.objects.filter(business=business).order_by("created_at", "id")
    yield (
        "core.outboxemail",
        _attributes(OutboxEmail, EMAIL_COLUMNS),
        sent_emails,
    )


def business_models() -> list[type[Model]]:
    """Return the models whose rows belong to a business."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, TenantRow) and model._meta.label not in EXCLUDED_MODELS
    ]


def as_csv(columns: list[str], rows: QuerySet[Any]) -> Iterator[str]:
    """Yield the rows as CSV, line by line."""
    yield "\ufeff"
    yield from spreadsheet.lines([columns])
    yield from spreadsheet.lines(
        [_cell(value) for value in values] for values in _values(columns, rows)
    )


def as_json(columns: list[str], rows: QuerySet[Any]) -> Iterator[str]:
    """Yield the rows as a JSON list of objects, one on each line."""
    separator = "[\n"
    for values in _values(columns, rows):
        yield separator + json.dumps(
            dict(zip(columns, values, strict=True)), ensure_ascii=False, default=_as_text
        )
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _values(columns: list[str], rows: QuerySet[Any]) -> Iterable[list[Any]]:
    """Yield the values of each row."""
    for row in rows.iterator(ROWS):
        yield [getattr(row, column) for column in columns]


def columns_of(model: type[Model]) -> list[str]:
    """Return the columns of a model that are exported."""
    return [field.attname for field in model._meta.concrete_fields if _is_exported(field)]


def _attributes(model: type[Model], names: Iterable[str]) -> list[str]:
    """Return the attribute names of fields, such as `client_id` for `client`."""
    return [model._meta.get_field(name).attname for name in names]  # type: ignore[union-attr]


def _is_exported(field: "Field[Any, Any]") -> bool:
    """Whether a field is exported."""
    return field.name not in SECRET_COLUMNS and not isinstance(field, BinaryField)


def _cell(value: Any) -> Any:
    """Return a value as it is written into a CSV cell."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_as_text)
    return _as_text(value) if isinstance(value, date | UUID | Decimal) else value


def _as_text(value: Any) -> str:
    """Return a value as text: dates in ISO format."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
