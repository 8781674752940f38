"""Base classes for the admin site: links to related rows, and read-only pages (rule 17)."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model, OneToOneField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin


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


class RowAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Adds a link column for each foreign key in `neighbours`, fetched in the same query."""

    neighbours: tuple[str, ...] = ()
    list_display: list[Any] = []
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[Model], site: Any) -> None:
        super().__init__(model, site)
        self.list_display = [*self.list_display, *(link_column(name) for name in self.neighbours)]
        self.list_select_related = list(self.neighbours)
        keys = (ForeignKey, OneToOneField)
        self.raw_id_fields = [field.name for field in model._meta.fields if isinstance(field, keys)]


class FrozenAdmin(RowAdmin):
    """Read-only pages, for rows that only business functions may write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
