"""Columns of the admin site: sums, dates, hours and neighbours as people read them."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    Field,
    IntegerField,
    JSONField,
    Model,
    PositiveBigIntegerField,
)
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy

from core import formats

#: Rows that say in which currency the sums of theirs are that name none.
PARENTS = ("invoice", "payment", "charge", "agreement", "proposal", "business")
MADE = "created_at"  # its order is that of the ids, which every table has an index of
Shown = Callable[[Any], SafeString | str]


def page_of(row: Model) -> str:
    """The address of a row's page in the admin site."""
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def title_of(field: Any) -> Any:
    """What a field is called; a foreign key without a name of its own, as its rows are."""
    if field.is_relation and not field._verbose_name:
        return field.related_model._meta.verbose_name
    return field.verbose_name


def link_column(field: "Field[Any, Any]", site: Any) -> Shown:
    """A list column that links to the related row of a foreign key."""

    @admin.display(description=title_of(field))
    def link(row: Model) -> SafeString | str:
        related = getattr(row, field.name)
        if related is None:
            return "—"
        if not site.is_registered(type(related)):
            return str(related)
        name = site.get_model_admin(type(related)).name_of(related)
        return format_html('<a class="rh-admin-link" href="{}">{}</a>', page_of(related), name)

    link.__name__ = f"{field.name}_link"
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


def _money(row: Model, value: int) -> str:
    currency = currency_of(row)
    return formats.money(value, currency) if currency else str(value)


def _json(_row: Model, value: Any) -> SafeString:
    text = json.dumps(value, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    return format_html("<pre>{}</pre>", text)


def _way(field: "Field[Any, Any]") -> Callable[[Any, Any], SafeString | str] | None:
    """How a field's values are shown; None where Django's own way is right."""
    if isinstance(field, JSONField):
        return _json
    if is_money(field):
        return _money
    if isinstance(field, DateTimeField):
        return lambda _row, value: formats.moment(value)
    if isinstance(field, DateField):
        return lambda _row, value: formats.day(value)
    if isinstance(field, IntegerField) and field.name.endswith("minutes"):
        return lambda _row, value: formats.hours(value)
    if isinstance(field, IntegerField) and field.name == "size":
        return lambda _row, value: filesizeformat(value)
    return None


def readable(field: "Field[Any, Any]") -> Shown | None:
    """A column that shows a field for people; None where the field itself does.

    Instants are in UTC, which their heading says.
    """
    way = _way(field)
    if way is None:
        return None
    heading: Any = field.verbose_name
    if isinstance(field, DateTimeField):
        heading = format_lazy("{} (UTC)", heading)

    @admin.display(description=heading, ordering="pk" if field.name == MADE else None)
    def show(row: Model) -> SafeString | str:
        value = getattr(row, field.name)
        return "—" if value is None else way(row, value)

    show.__name__ = f"{field.name}_shown"
    return show
