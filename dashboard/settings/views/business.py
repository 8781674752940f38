"""The business: its profile, and its logo."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from billing.books import document_numbers
from billing.gateways import registry
from core.documents.logos import logo_response
from dashboard.page import DashboardView, show_warnings
from dashboard.settings.forms import BusinessForm


class Settings(DashboardView):
    """What the business is called, where it is and what it charges."""

    template = "dashboard/settings/settings.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, BusinessForm(instance=self.business))

    def post(self, request: HttpRequest) -> HttpResponse:
        former = self.business.name
        form = BusinessForm(request.POST, request.FILES, instance=self.business)
        if not form.is_valid():
            return self._page(request, form, 422)
        document_numbers.number_from_name(business=form.save(), former=former)
        messages.success(request, _("Saved."))
        show_warnings(request, form)
        return redirect("dashboard:settings")

    def _page(self, request: HttpRequest, form: BusinessForm, status: int = 200) -> HttpResponse:
        gateways = ", ".join(kind.label for kind in registry.connectable())
        return self.show(request, status, form=form, gateways=gateways)


class Logo(DashboardView):
    """The business's picture."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return logo_response(self.business)
