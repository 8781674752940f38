"""Base classes for the admin site: links, readable sums, and read-only pages (rule 17)."""

import json
from typing import Any

from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import (
    BigIntegerField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    OneToOneField,
    PositiveBigIntegerField,
)
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from core import formats

#: Rows that say in which currency the sums of theirs are that name none.
PARENTS = ("invoice", "payment", "charge", "agreement", "proposal", "business")


def link_column(name: str) -> Any:
    """A list column that links to the related row of the foreign key `name`."""

    @admin.display(description=name, ordering=name)
    def link(row: Model) -> SafeString | str:
        related = getattr(row, name)
        if related is None:
            return "—"
        meta = related._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[related.pk])
        return format_html('<a href="{}">{}</a>', address, related)

    link.__name__ = f"{name}_link"
    return link


def is_money(field: "Field[Any, Any]") -> bool:
    """Whether a field is a sum in minor units: these are the big integers of the product."""
    return isinstance(field, BigIntegerField | PositiveBigIntegerField) and not field.primary_key


def currency_of(row: Model) -> str:
    """The currency of a row's sums: its own, or that of what it belongs to; "" if unknown."""
    for name in ("currency", "expected_currency"):
        if own := getattr(row, name, ""):
            return str(own)
    parents = (getattr(row, name, None) for name in PARENTS)
    return next((found for parent in parents if parent and (found := currency_of(parent))), "")


def readable(field: "Field[Any, Any]") -> Any:
    """A column that shows a sum with its currency, or a JSON value as it was written."""

    @admin.display(description=str(field.verbose_name), ordering=field.name)
    def show(row: Model) -> SafeString | str:
        value = getattr(row, field.name)
        if value is None:
            return "—"
        if isinstance(field, JSONField):
            text = json.dumps(value, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
            return format_html("<pre>{}</pre>", text)
        currency = currency_of(row)
        return formats.money(value, currency) if currency else str(value)

    show.__name__ = f"{field.name}_shown"
    return show


class RowAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Adds a link column for each foreign key in `neighbours`, fetched in the same query."""

    neighbours: tuple[str, ...] = ()
    list_display: list[Any] = []
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[Model], site: Any) -> None:
        super().__init__(model, site)
        self._shown = {
            field.name: readable(field)
            for field in model._meta.fields
            if is_money(field) or isinstance(field, JSONField)
        }
        own = [self._shown.get(name, name) for name in self.list_display]
        self.list_display = [*own, *(link_column(name) for name in self.neighbours)]
        self.list_select_related = list(self.neighbours)
        keys = (ForeignKey, OneToOneField)
        self.raw_id_fields = [field.name for field in model._meta.fields if isinstance(field, keys)]


class FrozenAdmin(RowAdmin):
    """Read-only pages, for rows that only business functions may write."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [self._shown.get(name, name) for name in super().get_fields(request, obj)]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
