"""The exchange rates that sums of several currencies are shown with."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.income import exchange
from core import money, nudge
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from dashboard.money.forms.income import RateForm
from dashboard.page import DashboardView, add_error

EARLIER = 30  # earlier rates that are listed


class ExchangeRates(DashboardView):
    """The rate of each currency in use, and a form to enter one."""

    needs = Area.BOOKS
    template = "dashboard/money/exchange_rates.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = {"currency": query_string.text(request.GET, "currency")}
        return self._page(request, self._form(initial=chosen))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if form.is_valid():
            try:
                exchange.enter_rate(
                    business=self.business,
                    today=self.today,
                    now=timezone.now(),
                    **form.cleaned_data,
                )
                messages.success(request, _("Saved."))
                return redirect("dashboard:exchange_rates")
            except RuleError as error:
                add_error(form, error)
        return self._page(request, form, 422)

    def _form(self, *args: Any, **kwargs: Any) -> RateForm:
        return RateForm(*args, own=self.business.currency, today=self.today, **kwargs)

    def _page(self, request: HttpRequest, form: RateForm, status: int = 200) -> HttpResponse:
        rates = exchange.newest_rates(self.business)
        used = exchange.currencies_in_use(self.business)
        rows = [(currency, rates.get(currency)) for currency in sorted(used | set(rates))]
        earlier = exchange.earlier_rates(self.business, rates, EARLIER)
        return self.show(request, status, form=form, rows=rows, earlier=earlier)


class RemoveRate(DashboardView):
    """Remove a rate that the owner entered."""

    needs = Area.BOOKS

    def post(self, request: HttpRequest) -> HttpResponse:
        currency = query_string.text(request.POST, "currency")
        if currency in money.CURRENCIES:
            exchange.remove_rate(business=self.business, currency=currency, now=timezone.now())
            messages.success(request, _("Removed."))
        return redirect("dashboard:exchange_rates")


class ReferenceRates(DashboardView):
    """Switch the reference rates of the European Central Bank on or off."""

    needs = Area.BOOKS

    def post(self, request: HttpRequest) -> HttpResponse:
        on = not self.business.reference_rates
        exchange.use_reference_rates(business=self.business, on=on)
        if on:
            nudge.ring("billing.tasks.fetch_rates")
            messages.success(request, _("The rates will be here in a few minutes."))
        else:
            messages.success(request, _("Switched off."))
        return redirect("dashboard:exchange_rates")
