"""Lists of the admin site that read the same number of rows however many there are (rule 91).

They are in the order of their ids, which is that of making and has an index. Filters and parts of
words look at the newest rows; ids, numbers and addresses are found among all, by an index.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.paginator import Paginator
from django.db.models import Field, Model, Q, QuerySet, UUIDField
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

COUNTED = 1000  # rows that a list counts, and that its pages reach
NEWEST = 10_000  # rows among which filters and parts of words are looked for
VALUES = 1000  # rows whose values a filter offers
RELATED = 50  # rows, such as clients, whose neighbours a search finds
WAYS = ("", "__exact", "__isnull", "__isempty")  # of a filter, as its address names it
OF_ONE = "__id__exact"  # of a list that shows what belongs to one row


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # it takes none at run time
    """Counts to COUNTED and no further. `is_more` says that there are rows beyond."""

    template_name = "admin_site/pages.html"

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk", flat=True)[: COUNTED + 1])

    @cached_property
    def count(self) -> int:
        return min(self._found, COUNTED)

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._found > COUNTED


def of_one(request: HttpRequest, model: type[Model]) -> dict[str, str]:
    """What the address says about whose rows are asked for: a foreign key's look-up, and an id."""
    keys = {f"{field.name}{OF_ONE}" for field in model._meta.fields if field.is_relation}
    return {name: request.GET[name] for name in keys if name in request.GET}


def newest(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The newest of some rows, as a condition on their ids."""
    beyond = list(rows.order_by("-pk").values_list("pk", flat=True)[NEWEST - 1 : NEWEST])
    return rows.filter(pk__gte=beyond[0]) if beyond else rows


class NewestFirst(ChangeList):  # type: ignore[misc]  # unfold ships no types
    """A list whose filters look at the newest rows, or at those of one neighbour."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Return the rows that the address asks for."""
        self.of_one = of_one(request, self.model)
        self.is_of_newest = bool(self.filter_params) and not self.of_one
        if self.is_of_newest and not request.GET.get(SEARCH_VAR):
            self.root_queryset: QuerySet[Any] = newest(self.model_admin.get_queryset(request))
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        """Read the page. The number of rows is said below it, with what was not counted."""
        super().get_results(request)
        self.full_result_count = self.result_count

    @cached_property
    def whose(self) -> Any:
        """The row whose neighbours the list shows; None where it shows everybody's."""
        for name, value in self.of_one.items():
            field = self.lookup_opts.get_field(name.removesuffix(OF_ONE))
            return field.related_model._default_manager.filter(pk=value).first()
        return None

    @property
    def newest_rows(self) -> int:
        """Among how many rows is looked, for the sentence that says so."""
        return NEWEST


class NewestValues(admin.FieldListFilter):
    """Filters by the values that the newest rows have, where the field lists none."""

    def __init__(
        self,
        field: "Field[Any, Any]",
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        self.name = field_path
        given = params.get(field_path)
        self.chosen = given[-1] if given else None
        super().__init__(field, request, params, model, model_admin, field_path)
        rows = model_admin.get_queryset(request).order_by("-pk")
        there = set(rows.values_list(field_path, flat=True)[:VALUES]) - {"", None}
        self.values = sorted(there | ({self.chosen} if self.chosen else set()))

    def expected_parameters(self) -> list[str | None]:
        """Return what the address names."""
        return [self.name]

    def has_output(self) -> bool:
        """Return whether there is anything to choose."""
        return len(self.values) > 1 or self.chosen is not None

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield all, and each value."""
        yield {
            "selected": self.chosen is None,
            "query_string": changelist.get_query_string(remove=[self.name]),
            "display": _("All"),
        }
        for value in self.values:
            yield {
                "selected": value == self.chosen,
                "query_string": changelist.get_query_string({self.name: value}),
                "display": value,
            }


def find(site: Any, model_admin: Any, rows: QuerySet[Any], text: str) -> list[Any]:
    """The ids of at most COUNTED rows that fit a text, each way by an index or in the newest."""
    found: dict[Any, None] = {}
    for way in _ways(site, model_admin, rows, text):
        found |= dict.fromkeys(way.order_by().values_list("pk", flat=True)[:COUNTED])
    return list(found)[:COUNTED]


def _ways(site: Any, model_admin: Any, rows: QuerySet[Any], text: str) -> Iterator[QuerySet[Any]]:
    """Yield the rows with this id or that of a neighbour, then by other fields."""
    meta = model_admin.model._meta
    if key := _id(text):
        keys = [meta.get_field(name) for name in model_admin.neighbours]
        if isinstance(meta.pk, UUIDField):
            yield rows.filter(pk=key)
        for field in keys:
            yield rows.filter(**{field.attname: key})
        for name in model_admin.found_by:
            if isinstance(name, str) and isinstance(meta.get_field(name), UUIDField):
                yield rows.filter(**{name: key})
        return
    for exact in model_admin.found_by:
        if not isinstance(exact, str):
            yield rows.alias(found_by=exact).filter(found_by=text.lower())
        elif not isinstance(meta.get_field(exact), UUIDField):
            yield rows.filter(**{exact: text})
    if parts := model_admin.parts_of:
        wanted = Q()
        for name in parts:
            wanted |= Q(**{f"{name}__icontains": text})
        yield newest(rows).filter(wanted)
    for name in model_admin.found_through:
        other = site.get_model_admin(meta.get_field(name).related_model)
        ids = find(site, other, other.model._default_manager.all(), text)[:RELATED]
        if ids:
            yield rows.filter(**{f"{name}__in": ids})


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
