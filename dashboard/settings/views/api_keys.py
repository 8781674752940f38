"""API keys, and how to call the API with the ids of the business's own KPIs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core import links
from core.errors import RuleError
from core.models import ApiKey
from core.team.roles import Area
from core.web import api_keys
from dashboard.page import DashboardView, add_error
from dashboard.reports.forms.kpis import ApiKeyForm
from dashboard.settings.subjects import SettingsView
from delivery.models import Kpi

SHOWN = 200  # KPIs listed on the page; the API lists all of them


class ApiPage(SettingsView):
    """The keys in use, a form to create one, and the API's documentation."""

    needs = Area.OWNERSHIP
    template = "dashboard/settings/api.html"
    confirms = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, ApiKeyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ApiKeyForm(request.POST)
        if form.is_valid():
            try:
                key, secret = api_keys.make(
                    business=self.business,
                    name=form.cleaned_data["name"],
                    by=self.by,
                    now=timezone.now(),
                )
                response = self.page(request, ApiKeyForm(), made=key, secret=secret)
                response.headers["Cache-Control"] = "no-store"
                return response
            except RuleError as error:
                add_error(form, error)
        return self.page(request, form, status=422)

    def page(
        self, request: HttpRequest, form: ApiKeyForm, status: int = 200, **context: Any
    ) -> HttpResponse:
        """Render the page. The secret is shown only in the response that created it."""
        kpis = self.rows(Kpi).filter(retired_at__isnull=True).select_related("agreement__client")
        shown_kpis = list(kpis.order_by("created_at", "name")[:SHOWN])
        return self.show(
            request,
            status,
            form=form,
            keys=self.rows(ApiKey).filter(revoked_at__isnull=True),
            kpis=shown_kpis,
            example=shown_kpis[0].pk if shown_kpis else "00000000-0000-0000-0000-000000000000",
            second=shown_kpis[1].pk if len(shown_kpis) > 1 else "",
            today=self.today,
            readings_url=links.absolute_url("api:readings"),
            kpis_url=links.absolute_url("api:kpis"),
            **context,
        )


class RevokeKey(DashboardView):
    """Revoke a key, so that requests with it are refused from now on."""

    confirms = True
    needs = Area.OWNERSHIP

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        key = self.row(ApiKey, pk, self.rows(ApiKey).select_related("business__owner"))
        api_keys.revoke(key=key, by=self.by, now=timezone.now())
        messages.success(request, _("The key is revoked. It no longer works."))
        return redirect("dashboard:api")
