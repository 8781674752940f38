"""Base classes for the admin site's pages: links, readable values, and read-only rows (rule 17)."""

from typing import Any

from django.db.models import BooleanField, ForeignKey, Model, OneToOneField, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core.web.admin_site import bounded
from core.web.admin_site.columns import MADE, PARENTS, link_column, readable

KEYS = (ForeignKey, OneToOneField)


class RowAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """A list that reads as much at any size, with a link for each foreign key in `neighbours`.

    A search finds a row by its id, that of a neighbour, and by `found_by`, which lead an index
    (an expression compares lower case); by parts of `parts_of` among the newest rows; and by what
    finds the neighbours `found_through`.
    """

    neighbours: tuple[str, ...] = ()
    found_by: tuple[Any, ...] = ()
    parts_of: tuple[str, ...] = ()
    found_through: tuple[str, ...] = ()
    list_display: list[Any] = []
    list_filter: list[Any] = []
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    ordering = ["-pk"]
    paginator = bounded.CountedPaginator
    list_before_template = "admin_site/whose.html"

    def __init__(self, model: type[Model], site: Any) -> None:
        super().__init__(model, site)
        fields = {field.name: field for field in model._meta.fields}
        self._shown = {name: way for name, field in fields.items() if (way := readable(field))}
        own = [self._shown.get(name, name) for name in self.list_display]
        self.list_display = [*own, *(link_column(fields[name]) for name in self.neighbours)]
        self.sortable_by = [self._shown[MADE]] if MADE in self._shown else []
        self.list_filter = [_bounded(fields[name]) for name in self.list_filter]
        self.search_fields = [*self.parts_of, *map(str, self.found_by), *self.found_through]
        parent = next((name for name in PARENTS if isinstance(fields.get(name), KEYS)), None)
        self.list_select_related = list({*self.neighbours, *([parent] if parent else ())})
        self.raw_id_fields = [name for name, field in fields.items() if isinstance(field, KEYS)]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[bounded.NewestFirst]:
        """Return the list that is bounded."""
        return bounded.NewestFirst

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that a text finds, and that none is there twice."""
        if not search_term.strip():
            return queryset, False
        rows = self.get_queryset(request).filter(**bounded.of_one(request, self.model))
        found = bounded.find(self.admin_site, self, rows, search_term.strip())
        return queryset.filter(pk__in=found), False


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


def _bounded(field: Any) -> Any:
    """A filter of a field: its own choices, or the values of the newest rows."""
    if field.choices or isinstance(field, BooleanField):
        return field.name
    return (field.name, bounded.NewestValues)
