"""Files to take along: an agreement at once, a client or the whole business when a worker has made them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.web.download import zip_response
from dashboard.page import DashboardView
from exports import requested_exports
from exports.models import Export, Scope
from exports.states import ExportState

SHOWN = 20


class Exports(DashboardView):
    """What was asked for, and the button for everything."""

    template = "dashboard/exports.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, **self.listed())

    def post(self, request: HttpRequest) -> HttpResponse:
        requested_exports.ask(business=self.business, scope=Scope.EVERYTHING, now=timezone.now())
        return self.asked(request)

    def listed(self) -> dict[str, Any]:
        """The latest ones, and whether a worker is at it."""
        rows = list(self.rows(Export).select_related("client", "agreement", "business")[:SHOWN])
        return {"rows": rows, "running": any(row.state == ExportState.WAITING for row in rows)}

    def asked(self, request: HttpRequest) -> HttpResponse:
        """To the list, where it appears."""
        messages.success(request, _("It is being made. You get an email when it is ready."))
        return redirect("dashboard:exports")


class Progress(Exports):
    """The list alone, asked for every two seconds while something is being made."""

    template = "dashboard/exports_list.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        raise Http404


class Fetch(DashboardView):
    """The archive."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        row = self.row(
            Export, pk, self.rows(Export).select_related("client", "agreement", "business")
        )
        place = requested_exports.path(row)
        if row.state != ExportState.READY or not place.exists():
            raise Http404
        return zip_response(place.open("rb"), str(row))
