"""Saved views: save the filter and order of a list under a name, change and delete them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.lists import saved_views
from core.models import SavedView
from core.team.roles import Area
from core.web import query_string
from dashboard.lists.list_page import ALL, LONGEST, ListPage, address_of, query_of
from dashboard.page import DashboardView, show_error


class SaveView(DashboardView):
    """Save the filter and the order of a list under a name."""

    needs = Area.OWN

    def post(self, request: HttpRequest) -> HttpResponse:
        page = query_string.text(request.POST, "page")
        address = _list(page)
        query = query_of(page, _asked(request))
        try:
            view = saved_views.save_view(
                business=self.business,
                user=self.person,
                page=page,
                name=query_string.text(request.POST, "name"),
                query=query,
                now=timezone.now(),
            )
        except RuleError as error:
            show_error(request, error)
            return redirect(f"{address}?{query or f'view={ALL}'}")
        if request.POST.get("default"):
            saved_views.open_with(view=view, is_default=True)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
        return redirect(address_of(view))


class ChangeView(DashboardView):
    """Rename a view, save the present filter in it, let its list open with it, or delete it."""

    needs = Area.OWN

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        own = self.rows(SavedView).filter(user=self.person)
        view = self.row(SavedView, pk, own.select_related("business", "user"))
        act = query_string.text(request.POST, "act")
        try:
            if act == "rename":
                saved_views.rename_view(view=view, name=query_string.text(request.POST, "name"))
                done = _("The view is now called “%(name)s”.")
            elif act == "update":
                query = query_of(view.page, _asked(request))
                saved_views.replace_query(view=view, query=query)
                done = _("The view “%(name)s” now has this filter and order.")
            elif act in ("open", "close"):
                saved_views.open_with(view=view, is_default=act == "open")
                done = (
                    _("The list now opens with “%(name)s”.")
                    if act == "open"
                    else _("The list now opens with all rows.")
                )
            elif act == "delete":
                saved_views.delete_view(view=view)
                done = _("The view “%(name)s” is deleted.")
            else:
                raise Http404
        except RuleError as error:
            show_error(request, error)
            return redirect(address_of(view))
        messages.success(request, done % {"name": view.name})
        return redirect(f"{_list(view.page)}?view={ALL}" if act == "delete" else address_of(view))


def _asked(request: HttpRequest) -> QueryDict:
    """The filter and order that the page showed."""
    return QueryDict(request.POST.get("query", "")[:LONGEST])


def _list(page: str) -> str:
    """The address of a list. Raises Http404 for one that has no views."""
    if page not in ListPage.registered:
        raise Http404
    return reverse(f"dashboard:{page}")
