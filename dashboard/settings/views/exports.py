"""Exports: archives of an agreement, a client or the whole business, made in the background."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.team.roles import Area
from core.web.download import zip_response
from dashboard.page import DashboardView
from dashboard.settings.subjects import SettingsView
from exports import requested_exports
from exports.models import Export, Scope
from exports.states import ExportState

SHOWN = 20  # exports listed, the newest


class Exports(SettingsView):
    """The latest exports, and a button to export the whole business."""

    needs = Area.EXPORTS
    template = "dashboard/settings/exports.html"
    confirms = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, **self.list_context())

    def post(self, request: HttpRequest) -> HttpResponse:
        requested_exports.request_export(
            business=self.business, scope=Scope.EVERYTHING, now=timezone.now()
        )
        return self.to_list(request)

    def list_context(self) -> dict[str, Any]:
        """The latest exports, and whether one of them is still being made."""
        rows = list(self.rows(Export).select_related("client", "agreement", "business")[:SHOWN])
        return {"rows": rows, "running": any(row.state == ExportState.WAITING for row in rows)}

    def to_list(self, request: HttpRequest) -> HttpResponse:
        """Go to the list of exports, where the one just requested appears."""
        messages.success(request, _("The export is being made. We email you when it is ready."))
        return redirect("dashboard:exports")


class ExportProgress(Exports):
    """The list alone, requested every two seconds while an export is being made."""

    needs = Area.EXPORTS
    template = "dashboard/settings/exports_list.html"
    confirms = False  # a list of names, which a page that is open asks for

    def post(self, request: HttpRequest) -> HttpResponse:
        raise Http404


class DownloadExport(DashboardView):
    """Download a finished export as a ZIP archive."""

    confirms = True
    needs = Area.EXPORTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        export = self.row(
            Export, pk, self.rows(Export).select_related("client", "agreement", "business")
        )
        if export.state != ExportState.READY:
            raise Http404
        try:
            file = requested_exports.open_archive(export)
        except FileNotFoundError:
            raise Http404 from None
        requested_exports.note_download(
            business=self.business,
            title=str(export),
            once=export.pk.hex,
            person=self.person,
            by=self.by,
            now=timezone.now(),
        )
        return zip_response(file, str(export))
