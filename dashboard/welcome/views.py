"""The four steps after signing up: each can be skipped, saves what it shows, and leads back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from agreements.contract import tax_rates
from agreements.contract.library.packages import USUAL
from billing.books import document_numbers
from clients import client_records
from core.errors import RuleError
from core.models import TaxRate
from core.places import countries
from core.places.guess import Guess, guess
from core.places.usual_taxes import USUAL_TAXES
from core.team.roles import Area
from core.web import query_string
from dashboard.page import DashboardView, add_error, show_warnings
from dashboard.welcome.forms import BusinessForm, ClientForm, WorkForm, YouForm, save_place

STEPS = ("welcome", "welcome_business", "welcome_work", "welcome_client")
COUNTRY, WORK = "welcome_country", "welcome_work"  # in the session


class Step(DashboardView):
    """The base of the four steps. `at` is the number of the step, from 1 on."""

    at = 1

    def page(self, request: HttpRequest, form: Any, status: int = 200) -> HttpResponse:
        """Render the step with its form and its way back and on."""
        back = reverse(f"dashboard:{STEPS[self.at - 2]}") if self.at > 1 else ""
        return self.show(request, status, form=form, at=self.at, back=back, next=self.next_url)

    @property
    def next_url(self) -> str:
        """The address of the step after this one; after the last it is the overview."""
        after = STEPS[self.at] if self.at < len(STEPS) else "home"
        return reverse(f"dashboard:{after}")

    @property
    def country(self) -> str:
        """The country that was chosen, or that of the business's time zone."""
        chosen: str | None = self.request.session.get(COUNTRY)
        return chosen if chosen is not None else countries.country_of_zone(self.business.time_zone)


class YouStep(Step):
    """The person's name, and where they work, guessed from the browser."""

    needs = Area.OWNERSHIP
    template = "dashboard/welcome/you.html"
    needs_business = False

    def get(self, request: HttpRequest) -> HttpResponse:
        business = self.business_or_none
        found: Any = business or self._guess(request)
        initial = {name: getattr(found, name) for name in ("currency", "time_zone", "language")}
        initial["country"] = self.country if business else found.country
        initial |= self._chosen(request)
        return self.page(request, YouForm(initial=initial, known=self._name))

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if "skip" in request.POST:
            found = self._guess(request)
            request.session[COUNTRY] = found.country
            if not self.business_or_none:
                save_place(user, None, **vars(found))
            return redirect(self.next_url)
        form = YouForm(request.POST, known=self._name)
        if not form.is_valid():
            return self.page(request, form, 422)
        form.save(user, self.business_or_none)
        show_warnings(request, form)
        request.session[COUNTRY] = form.cleaned_data["country"]
        return redirect(self.next_url)

    @property
    def _name(self) -> str:
        """The person's name, if signing up asked for it."""
        user: Any = self.request.user
        return str(user.name)

    @staticmethod
    def _chosen(request: HttpRequest) -> dict[str, str]:
        """The country that is being chosen, by its name, with its currency and its time zone."""
        name = query_string.text(request.GET, "country")
        country = next((code for code, shown in countries.names().items() if shown == name), "")
        chosen = {
            "country": country,
            "currency": countries.currency_of(country),
            "time_zone": countries.main_zone(country),
        }
        return {field: value for field, value in chosen.items() if value}

    @staticmethod
    def _guess(request: HttpRequest) -> Guess:
        zone = query_string.text(request.GET, "zone")
        return guess(zone=zone, accepted=request.headers.get("Accept-Language", "")[:500])


class BusinessStep(Step):
    """The name of the business, its usual tax, and its hours."""

    needs = Area.OWNERSHIP
    template = "dashboard/welcome/business.html"
    at = 2

    def get(self, request: HttpRequest) -> HttpResponse:
        business, initial = self.business, {}
        if business.name == business.owner.get_full_name():
            initial["name"] = ""  # it has no name of its own yet
        if self._is_set_up and not self.rows(TaxRate).filter(is_used=True).exists():
            initial["tax"] = ""
        return self.page(
            request, BusinessForm(instance=business, country=self.country, initial=initial)
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        former = self.business.name
        form = BusinessForm(request.POST, instance=self.business, country=self.country)
        if not form.is_valid():
            return self.page(request, form, 422)
        document_numbers.number_from_name(business=form.save(), former=former)
        tax_rates.use_usual(
            business=self.business, usual=form.usual_tax if form.cleaned_data["tax"] else None
        )
        return redirect(self.next_url)

    @property
    def _is_set_up(self) -> bool:
        """Whether this step was saved before."""
        return bool(self.business.capacity_minutes)


class WorkStep(Step):
    """The kind of work, which chooses the package of the first proposal."""

    needs = Area.OWNERSHIP
    template = "dashboard/welcome/work.html"
    at = 3

    def get(self, request: HttpRequest) -> HttpResponse:
        initial = {"work": request.session.get(WORK, USUAL)}
        return self.page(request, WorkForm(business=self.business, initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WorkForm(request.POST, business=self.business)
        if not form.is_valid():
            return self.page(request, form, 422)
        request.session[WORK] = form.cleaned_data["work"]
        return redirect(self.next_url)


class ClientStep(Step):
    """The first client; it leads to the proposal for them."""

    needs = Area.OWNERSHIP
    template = "dashboard/welcome/client.html"
    at = 4

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, ClientForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ClientForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, 422)
        usual = USUAL_TAXES.get(self.country)
        try:
            client = client_records.add_client(
                business=self.business,
                language=self.business.language,
                withholding_percent=usual.withheld if usual else 0,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except RuleError as error:
            add_error(form, error)
            return self.page(request, form, 422)
        show_warnings(request, form)
        package = request.session.get(WORK, USUAL)
        page = reverse("dashboard:proposal_new", args=[client.pk])
        return redirect(f"{page}?package={package}")

    def show(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        """Render the step with what clients of the country usually withhold."""
        usual = USUAL_TAXES.get(self.country)
        return super().show(request, status, withheld=usual.withheld if usual else 0, **context)


class DismissChecklist(DashboardView):
    """Hide the checklist of the overview for good."""

    needs = Area.OWNERSHIP

    def post(self, request: HttpRequest) -> HttpResponse:
        self.business.checklist_dismissed_at = timezone.now()
        self.business.save(update_fields=["checklist_dismissed_at"])
        return redirect("dashboard:home")
