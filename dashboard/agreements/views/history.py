"""An agreement's history, and the export of its documents."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from agreements.models import Agreement
from core.team.roles import Area
from core.web.download import zip_response
from dashboard.page import DashboardView
from dashboard.settings.views.exports import Exports
from exports import requested_exports
from exports.models import Scope
from exports.timeline import history_of


class AgreementHistory(DashboardView):
    """Every recorded event of an agreement, oldest first, with the IP address it came from."""

    needs = Area.AGREEMENTS
    template = "dashboard/agreements/history.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("client", "document", "signed_document")
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related(*related))
        return self.show(request, agreement=agreement, timeline=history_of(agreement, inside=True))


class ExportAgreement(Exports):
    """Download an agreement with its history and documents.

    A small archive is made at once; a large one is made in the background and announced by email.
    """

    needs = Area.EXPORTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        return redirect("dashboard:agreement_history", self.row(Agreement, pk).pk)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:  # type: ignore[override]
        related = ("business__owner", "client", "document", "signed_document")
        row = self.row(Agreement, pk, self.rows(Agreement).select_related(*related))
        now = timezone.now()
        if file := requested_exports.build_agreement_archive(row, now):
            title = f"{row.client.name}, {row.title}"
            requested_exports.note_download(
                business=self.business,
                title=title,
                once=f"{row.pk.hex}{self.today:%y%m%d}",
                person=self.person,
                by=self.by,
                now=now,
            )
            return zip_response(file, title)
        requested_exports.request_export(
            business=self.business, scope=Scope.AGREEMENT, agreement=row, now=now
        )
        return self.to_list(request)
