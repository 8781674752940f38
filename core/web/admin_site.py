"""How the house shows rows in the admin site: links to neighbours, nothing issued can be changed (rule 17)."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model, OneToOneField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin


def neighbour(name: str) -> Any:
    """A list column that links to the row a foreign key points at."""

    @admin.display(description=name, ordering=name)
    def link(row: Model) -> SafeString | str:
        other = getattr(row, name)
        if other is None:
            return "—"
        meta = other._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[other.pk])
        return format_html('<a href="{}">{}</a>', address, other)

    link.__name__ = f"{name}_link"
    return link


class RowAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Lists its columns; foreign keys in `neighbours` become links and are fetched in the same query."""

    neighbours: tuple[str, ...] = ()
    list_display: list[Any] = []
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[Model], site: Any) -> None:
        super().__init__(model, site)
        self.list_display = [*self.list_display, *(neighbour(name) for name in self.neighbours)]
        self.list_select_related = list(self.neighbours)
        keys = (ForeignKey, OneToOneField)
        self.raw_id_fields = [field.name for field in model._meta.fields if isinstance(field, keys)]


class FrozenAdmin(RowAdmin):
    """Rows that only verbs write: to look at and to search, never to add, change or delete."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
