"""Base classes for the admin site's pages: links, readable values, and read-only rows (rule 17)."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.db.models import BooleanField, ForeignKey, Model, OneToOneField, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import format_lazy
from unfold.admin import ModelAdmin

from core.models import Business
from core.web.admin_site import acts, bounded, reasons
from core.web.admin_site.acts import Act
from core.web.admin_site.columns import MADE, PARENTS, link_column, readable, title_of

KEYS = (ForeignKey, OneToOneField)


class RowAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """A list that reads as much at any size, with a link for each foreign key in `neighbours`.

    A search finds a row by its id, that of a neighbour, and by `found_by`, which lead an index
    (an expression compares lower case); by parts of `parts_of` among the newest rows; and by what
    finds the neighbours `found_through`. `acts` are what can be done to a row. A row of a tenant
    that `needs_reason` is opened only with one (core.web.admin_site.reasons), and so is its `file`.
    The list of `is_chief` rows is in the sidebar, and on the page of their business.
    """

    neighbours: tuple[str, ...] = ()
    found_by: tuple[Any, ...] = ()
    parts_of: tuple[str, ...] = ()
    found_through: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    needs_reason = False
    is_chief = False
    icon = "list_alt"
    list_disable_select_all = True
    show_facets = ShowFacets.NEVER
    file: Callable[[Any], HttpResponse] | None = None
    list_display: list[Any] = []
    list_filter: list[Any] = []
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    ordering = ["-pk"]
    paginator = bounded.CountedPaginator
    list_before_template = "admin_site/whose.html"
    change_form_outer_before_template = "admin_site/beside.html"

    def __init__(self, model: type[Model], site: Any) -> None:
        super().__init__(model, site)
        fields = {field.name: field for field in model._meta.fields}
        self._shown = {name: way for name, field in fields.items() if (way := readable(field))}
        own = [self._shown.get(name, name) for name in self.list_display]
        self._links = {
            name: link_column(field, site) for name, field in fields.items() if field.is_relation
        }
        self.list_display = [*own, *(self._links[name] for name in self.neighbours)]
        self.sortable_by = [self._shown[MADE]] if MADE in self._shown else []
        self.list_filter = [_bounded(fields, name) for name in self.list_filter]
        asked = [name if isinstance(name, str) else name[0] for name in self.list_filter]
        self._lookups = {f"{name}{way}" for name in asked for way in bounded.WAYS}
        self._lookups |= {f"{name}{bounded.OF_ONE}" for name in self._links}
        exact = [_named(name) for name in self.found_by]
        self.search_fields = list(dict.fromkeys([*exact, *self.parts_of, *self.found_through]))
        titles = [title_of(fields[name]) for name in self.search_fields]
        self.search_help_text = format_lazy(", ".join("{}" for _one in titles), *titles)
        parent = next((name for name in PARENTS if isinstance(fields.get(name), KEYS)), None)
        self.list_select_related = list({*self.neighbours, *([parent] if parent else ())})
        self.raw_id_fields = [name for name, field in fields.items() if isinstance(field, KEYS)]

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of actions, reasons and files before those of Django."""
        meta, wrap = self.opts, self.admin_site.admin_view
        name = f"{meta.app_label}_{meta.model_name}_"
        own = [
            path("act/<slug:name>/", wrap(self.act_view), name=f"{name}act"),
            path("<path:object_id>/reason/", wrap(self.reason_view), name=f"{name}reason"),
            path("<path:object_id>/file/", wrap(self.file_view), name=f"{name}file"),
        ]
        return [*own, *super().get_urls()]

    def act_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask about an action, and act."""
        return acts.ask(request, self, name, now=timezone.now())

    def reason_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason for which a row is opened."""
        return reasons.ask(request, self, self._seen(request, object_id), now=timezone.now())

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Download a row's file."""
        row = self._seen(request, object_id)
        if self.file is None:
            raise Http404
        return self._stopped(request, row, "file") or self.file(row)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a row, with its actions and the lists of its neighbours."""
        context = dict(extra_context or {})
        if object_id is not None and (row := self._found(request, object_id)):
            if stopped := self._stopped(request, row, "change"):
                return stopped
            context["beside"] = self._beside(request, row)
        return super().changeform_view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show what was changed here about a row."""
        row = self._seen(request, object_id)
        return self._stopped(request, row, "history") or super().history_view(
            request, object_id, extra_context
        )

    def _found(self, request: HttpRequest, object_id: str) -> Model | None:
        """The row, if there is one that the user may see; Django answers who may not."""
        row: Model | None = self.get_object(request, unquote(object_id))
        return row if row and self.has_view_or_change_permission(request, row) else None

    def _seen(self, request: HttpRequest, object_id: str) -> Model:
        """The row; Http404 if there is none that the user may see."""
        if row := self._found(request, object_id):
            return row
        raise Http404

    def _stopped(self, request: HttpRequest, row: Model, target: str) -> HttpResponse | None:
        if not self.needs_reason:
            return None
        return reasons.stop(request, row, target, now=timezone.now())

    def _beside(self, request: HttpRequest, row: Model) -> dict[str, Any]:
        """What a row's page shows beside its fields."""
        meta = self.opts
        file = reverse(f"admin:{meta.app_label}_{meta.model_name}_file", args=[row.pk])
        return {
            "buttons": acts.buttons(request, self, row),
            "file": file if self.file else "",
            "lists": [*self._lists(request, row), *self.other_lists(row)],
        }

    def _lists(self, request: HttpRequest, row: Model) -> list[tuple[str, str]]:
        """The lists of rows that belong to this one, each with its address."""
        found = []
        for other in self.admin_site._registry.values():
            if not isinstance(other, RowAdmin) or not other.has_view_permission(request):
                continue
            meta = other.model._meta
            keys = [meta.get_field(name) for name in other.neighbours]
            keys = [key for key in keys if key.related_model is self.model]
            if keys and (other.is_chief or self.model is not Business):
                page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
                address = f"{page}?{keys[0].name}{bounded.OF_ONE}={row.pk}"
                found.append((str(meta.verbose_name_plural), address))
        return found

    def name_of(self, row: Any) -> str:
        """How links name a row."""
        return str(row) or str(row.pk)

    def other_lists(self, row: Any) -> list[tuple[str, str]]:
        """Further lists that belong to a row, each with its address."""
        return []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions for rows that are ticked in the list."""
        own = self.acts if acts.may(request, self) else ()
        actions: dict[str, Any] = super().get_actions(request)
        return actions | {
            act.name: (acts.of_list(self, act), act.name, str(act.button)) for act in own
        }

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Whether an address may ask for it: the list's own filters, and whose rows to show."""
        return lookup in self._lookups

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

    needs_reason = True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown = self._links | self._shown
        return [shown.get(name, name) for name in super().get_fields(request, obj)]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _named(found_by: Any) -> str:
    """The field of `found_by`: itself, or that whose lower case is compared."""
    return found_by if isinstance(found_by, str) else found_by.get_source_expressions()[0].name


def _bounded(fields: dict[str, Any], asked: Any) -> Any:
    """A filter: that of the field's own choices, one that is named, or the newest rows' values."""
    if not isinstance(asked, str):
        return asked
    field = fields[asked]
    if field.choices or isinstance(field, BooleanField):
        return asked
    return (asked, bounded.NewestValues)
