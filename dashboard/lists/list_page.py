"""The base of the dashboard's lists: their order and their saved views stand in the address."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from core.lists import saved_views
from core.models import SavedView
from core.web import query_string
from core.web.keyset_pages import Page, Sort, page_of, page_of_sorted
from dashboard.page import DashboardView

M = TypeVar("M", bound=Model)
COMPUTED_AT_MOST = 500  # rows of a list that are sorted by what no column of the database holds
LONGEST = 2000  # characters of the query string of a view
LONGEST_WORDS = 100  # characters of each of its filters
ALL = "all"  # the view of all rows, where a list would open with another one

#: What to sort rows by, by their ids. A sum is (minor units, currency); what is missing comes last.
Values = Callable[[list[Any]], Mapping[UUID, Any]]


@dataclass(frozen=True)
class Order:
    """A column by which a list can be sorted.

    `name` stands in the address, with "-" in front if the order descends. `by` is the field and
    `within` are fields that group the rows before it (core.web.keyset_pages.page_of); without a
    field the page computes the values. `starts_up` says which order the first press asks for. An
    order that `has_no_head` is chosen in the filters alone.
    """

    name: str
    label: Any
    by: str = ""
    within: tuple[str, ...] = ()
    starts_up: bool = True
    has_no_head: bool = False


@dataclass(frozen=True)
class Listed:
    """What the templates show of a list's order and its saved views.

    `sorts` are the links of the columns' heads and `options` the choices of the same for phones:
    (value, column, whether it ascends, whether it is chosen). `query` is the filter and order that
    can be saved. `opened` is the view that the address names, and `differs` says that the filter
    or the order has changed since. `too_long` is the column that the list is too long to sort by.
    `is_sorted_in_filters` says that there are orders for which the list has no column.
    """

    page: str
    sorts: Mapping[str, Sort]
    options: Sequence[tuple[str, Any, bool, bool]]
    query: str
    views: Sequence[SavedView]
    opened: SavedView | None
    differs: bool
    is_gone: bool
    too_long: Any
    is_sorted_in_filters: bool

    @property
    def address(self) -> str:
        """The path of the list."""
        return reverse(f"dashboard:{self.page}")

    @property
    def links(self) -> list[tuple[SavedView, str]]:
        """The views, each with its address."""
        return [(view, address_of(view)) for view in self.views]

    @property
    def is_all(self) -> bool:
        """Whether all rows are shown in the usual order."""
        return not self.query and not self.opened

    @property
    def can_be_saved(self) -> bool:
        """Whether there is a filter or an order that no open view has already."""
        return bool(self.query) and (not self.opened or self.differs)

    @property
    def at_most(self) -> int:
        """The rows of the longest list that is sorted by what is computed."""
        return COMPUTED_AT_MOST

    @property
    def of_all(self) -> str:
        """The address of the list without any filter."""
        return f"{self.address}?view={ALL}" if self.views else self.address


class ListPage(DashboardView):
    """The base of a list. Its subclasses name its page, its filters and its orders."""

    is_list = True
    page_name = ""  # its URL name, without the namespace
    filters: tuple[str, ...] = ("q", "state")
    orders: tuple[Order, ...] = ()
    usual_order = ""
    registered: ClassVar[dict[str, type["ListPage"]]] = {}

    too_long: Any = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.page_name:
            cls.registered[cls.page_name] = cls

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and not request.GET and self.business_or_none:
            default = next((view for view in self.views if view.is_default), None)
            if default:
                return redirect(address_of(default))
        return super().dispatch(request, *args, **kwargs)

    @property
    def views(self) -> list[SavedView]:
        """The person's views of this list; one query."""
        if not hasattr(self, "_views"):
            owner = self.person
            self._views = saved_views.views_of(self.business, owner, self.page_name)
        return self._views

    @classmethod
    def usual(cls, _query: Mapping[str, Any]) -> str:
        """The order of an address that names none."""
        return cls.usual_order or cls.orders[0].name

    def gone(self) -> bool:
        """Whether the address filters by something that is no longer there."""
        return False

    @property
    def order(self) -> tuple[Order, bool]:
        """The order that the address asks for, and whether it ascends."""
        by_name = {order.name: order for order in self.orders}
        wish = query_string.text(self.request.GET, "sort")
        if wish.removeprefix("-") not in by_name:
            wish = self.usual(self.request.GET)
        return by_name[wish.removeprefix("-")], not wish.startswith("-")

    def page_in_order(self, rows: QuerySet[M], **values: Values) -> Page[M]:
        """The page of the rows that the address asks for, in its order.

        `values` compute what rows are sorted by where no field holds it; a list of more than
        COMPUTED_AT_MOST rows keeps its usual order then, and says so.
        """
        order, is_up = self.order
        if not order.by:
            if rows.order_by()[: COMPUTED_AT_MOST + 1].count() <= COMPUTED_AT_MOST:
                few = list(rows)
                found = values[order.name](few)
                ordered = in_order(few, found, is_up=is_up, own=self.business.currency)
                return page_of_sorted(ordered, self.request.GET)
            self.too_long, usual = order.label, self.usual(self.request.GET)
            order = next(one for one in self.orders if one.name == usual.removeprefix("-"))
            is_up = not usual.startswith("-")
        return page_of(rows, self.request.GET, by=order.by, up=is_up, within=order.within)

    def show(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        """Render the list with its order and its views."""
        return super().show(request, status, listed=self.listed(), **context)

    def listed(self) -> Listed:
        """What the templates show of the order and the views."""
        query = query_of(self.page_name, self.request.GET)
        named = query_string.row_id(self.request.GET, "view")
        opened = next((view for view in self.views if str(view.pk) == named), None)
        return Listed(
            self.page_name,
            self._sorts(),
            self._options(),
            query,
            self.views,
            opened,
            bool(opened and opened.query != query),
            self.gone(),
            self.too_long,
            any(order.has_no_head for order in self.orders),
        )

    def _sorts(self) -> dict[str, Sort]:
        """The links of the columns' heads; another press turns the order around."""
        if not self.orders:
            return {}
        chosen, is_up = self.order
        found = {}
        for order in self.orders:
            is_this = order == chosen
            goes_up = not is_up if is_this else order.starts_up
            address = changed(self.request.GET, sort=order.name if goes_up else f"-{order.name}")
            found[order.name] = Sort(address, is_up if is_this else None)
        return found

    def _options(self) -> list[tuple[str, Any, bool, bool]]:
        chosen = self.order if self.orders else None
        return [
            (
                order.name if is_up else f"-{order.name}",
                order.label,
                is_up,
                (order, is_up) == chosen,
            )
            for order in self.orders
            for is_up in (True, False)
        ]


def in_order(rows: list[M], values: Mapping[UUID, Any], *, is_up: bool, own: str) -> list[M]:
    """The rows by their values; equal ones stay as they are, and what has no value comes last.

    Sums are compared within their currency: first those in `own`, then the others by its code.
    """
    known = [row for row in rows if values.get(row.pk) is not None]
    rest = [row for row in rows if values.get(row.pk) is None]
    sums = bool(known) and isinstance(values[known[0].pk], tuple)
    amount = (lambda row: values[row.pk][0]) if sums else (lambda row: values[row.pk])
    known.sort(key=amount, reverse=not is_up)
    if sums:
        known.sort(key=lambda row: (values[row.pk][1] != own, values[row.pk][1]))
    return known + rest


def query_of(page: str, query: Mapping[str, Any]) -> str:
    """What an address asks of a list, as the query string of a view; without a position."""
    listing = ListPage.registered[page]
    asked = {name: query_string.text(query, name) for name in (*listing.filters, "sort")}
    if asked["sort"] == listing.usual(query):
        asked["sort"] = ""
    return urlencode({name: value[:LONGEST_WORDS] for name, value in asked.items() if value})


def address_of(view: SavedView) -> str:
    """The address at which a list shows a view."""
    asked = f"{view.query}&" if view.query else ""
    return f"{reverse(f'dashboard:{view.page}')}?{asked}view={view.pk}"


def changed(query: QueryDict, **changes: str) -> str:
    """Return the query string with these changes, on the first page; "" removes a name."""
    asked = query.copy()
    for name in ("after", "before", *changes):
        asked.pop(name, None)
    for name, value in changes.items():
        if value:
            asked[name] = value
    return f"?{asked.urlencode()}"


def choice_is_gone(query: Mapping[str, Any], name: str, choices: Container[str]) -> bool:
    """Whether an address filters by a choice that does not exist."""
    asked = query_string.text(query, name)
    return bool(asked) and asked not in choices
