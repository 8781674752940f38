"""An agreement's history on screen."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from agreements.models import Agreement
from dashboard.views.desk import Desk
from delivery.record.timeline import timeline


class History(Desk):
    """Everything that was recorded, oldest first, with where it came from."""

    template = "dashboard/history.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("client", "document", "signed_document")
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related(*related))
        return self.show(request, agreement=agreement, timeline=timeline(agreement, inside=True))
