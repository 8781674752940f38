"""The list of subjects with the search, and the business: its details, aims, and look."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from billing.books import document_numbers
from core.documents.logos import logo_response
from core.places import countries
from core.team.roles import Area
from core.tenancy import may_open
from core.web import query_string
from dashboard.page import DashboardView, show_warnings
from dashboard.settings import search
from dashboard.settings.forms import AimsPageForm, BusinessForm
from dashboard.settings.holidays import HolidaysForm
from dashboard.settings.subjects import SettingsView


class Settings(SettingsView):
    """The subjects of the settings, and a search over everything that can be set."""

    needs = Area.OWN
    template = "dashboard/settings/settings.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = query_string.text(request.GET, "q")
        found = search.find(self.business, asked) if asked else []
        shown = [row for row in found if may_open(self.role, row.url)]
        return self.show(request, asked=asked, found=shown)


class FormPage(SettingsView):
    """A page of the settings with one form about the business. Subclasses set `form_class`."""

    form_class: type[forms.ModelForm]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, form=self.form_class(instance=self.business))

    def post(self, request: HttpRequest) -> HttpResponse:
        form: Any = self.form_class(request.POST, request.FILES, instance=self.business)
        if not form.is_valid():
            return self.show(request, form=form, status=422)
        self.save(form)
        messages.success(request, _("Saved."))
        return redirect(request.path)

    def save(self, form: Any) -> None:
        """Save what was typed."""
        form.save()
        show_warnings(self.request, form)


class BusinessDetails(FormPage):
    """What the business is called and where it is."""

    needs = Area.SETTINGS
    template = "dashboard/settings/business.html"
    form_class = BusinessForm

    def save(self, form: Any) -> None:
        """Store the details; the numbers of documents follow a new name."""
        former = form.initial["name"]
        document_numbers.number_from_name(business=form.save(), former=former)
        show_warnings(self.request, form)


class Hours(FormPage):
    """How much work the business can take on, and what it wants to earn."""

    needs = Area.PRICES
    template = "dashboard/settings/hours.html"
    form_class = AimsPageForm

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("which") != "holidays":
            return super().post(request)
        form = HolidaysForm(request.POST, instance=self.business, today=self.today)
        if not form.is_valid():
            aims = AimsPageForm(instance=self.business)
            return self.show(request, 422, form=aims, holidays=form)
        form.save()
        messages.success(request, _("Saved."))
        return redirect(f"{request.path}#holidays")

    def show(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        """Render the page with the hours of the week and the country of the holidays."""
        place = countries.names().get(countries.country_of_zone(self.business.time_zone), "")
        context.setdefault("holidays", HolidaysForm(instance=self.business, today=self.today))
        week = sum(self.business.week_minutes)
        return super().show(request, status, week=week, place=place, **context)


class Logo(DashboardView):
    """The business's picture."""

    needs = Area.OWN

    def get(self, request: HttpRequest) -> HttpResponse:
        return logo_response(self.business)
