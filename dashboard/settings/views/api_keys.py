"""Keys for programs, and how to call the API, with the ids of one's own KPIs."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import ApiKey
from core.web import api_keys
from dashboard.page import DashboardView, refuse
from dashboard.reports.forms.kpis import KeyForm
from delivery.models import Kpi

SHOWN = 200  # KPIs; all of them come over the API


class ApiPage(DashboardView):
    """The keys that are in use, one more, and the manual."""

    template = "dashboard/api.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, KeyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = KeyForm(request.POST)
        if form.is_valid():
            try:
                row, secret = api_keys.make(
                    business=self.business, name=form.cleaned_data["name"], now=timezone.now()
                )
                answer = self.page(request, KeyForm(), made=row, secret=secret)
                answer.headers["Cache-Control"] = "no-store"
                return answer
            except RuleError as no:
                refuse(form, no)
        return self.page(request, form, status=422)

    def page(
        self, request: HttpRequest, form: KeyForm, status: int = 200, **more: Any
    ) -> HttpResponse:
        """The secret is in it only in the answer that made it."""
        kpis = self.rows(Kpi).filter(retired_at__isnull=True).select_related("agreement__client")
        measured = list(kpis.order_by("created_at", "name")[:SHOWN])
        return self.show(
            request,
            status,
            form=form,
            keys=self.rows(ApiKey).filter(revoked_at__isnull=True),
            kpis=measured,
            example=measured[0].pk if measured else "00000000-0000-0000-0000-000000000000",
            second=measured[1].pk if len(measured) > 1 else "",
            today=self.today,
            readings_url=settings.SITE_URL + reverse("api:readings"),
            kpis_url=settings.SITE_URL + reverse("api:kpis"),
            **more,
        )


class RevokeKey(DashboardView):
    """It opens nothing any more."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        api_keys.revoke(key=self.row(ApiKey, pk), now=timezone.now())
        messages.success(request, _("The key is taken back. It opens nothing from now on."))
        return redirect("dashboard:api")
