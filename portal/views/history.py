"""The history of an agreement as the client sees it, without the freelancer's private events."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agreements.models import Agreement
from exports.timeline import history_of
from portal.access import Money, PortalView


class AgreementHistory(PortalView):
    """Every event of an agreement that concerns the client, oldest first."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, "client", "document", "signed_document")
        context = {"agreement": agreement, "timeline": history_of(agreement, inside=False)}
        return render(request, "portal/history.html", context)
