"""Income by how certain it is, its forecast and its goal, in one currency at a time."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.income import exchange, expected, forecast, goals, guaranteed, history, overall
from billing.income.exchange import Rates
from billing.income.expected import Income
from billing.income.forecast import Forecast
from billing.rules.certainty import HORIZON, Movement
from billing.rules.futures import Band, bands, of_the_year
from billing.rules.goal import closing
from core import formats
from core.dates import add_months
from core.models import Business
from core.team.roles import Area
from core.web import query_string
from dashboard.money.forms.income import CostsForm
from dashboard.money.views import income_parts
from dashboard.page import DashboardView

ALL = "all"  # all currencies, in the business's own


@dataclass(frozen=True)
class Shown:
    """What the page shows of one currency, or of all of them in the business's own."""

    income: Income
    movements: list[Movement]
    bands: list[Band]
    year: tuple[int, int, int] | None


class IncomePage(DashboardView):
    """What is received, owed by contract, recurring, renewing and offered; and what is to come."""

    needs = Area.BOOKS
    template = "dashboard/money/income.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, CostsForm(business=self.business))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CostsForm(request.POST, business=self.business)
        if not form.is_valid():
            return self._page(request, form, 422)
        form.save()
        messages.success(request, _("Saved."))
        return redirect("dashboard:income")

    def _page(self, request: HttpRequest, form: CostsForm, status: int = 200) -> HttpResponse:
        business, today = self.business, self.today
        signed = guaranteed.signed_agreements(business)
        incomes = expected.expected_income(business, signed, today)
        rates = exchange.newest_rates(business)
        whole, apart = overall.overall(business, incomes, rates, today)
        made = forecast.latest(business, signed, now=timezone.now())
        moved = history.movements(signed, today)
        tabs = _tabs(business.currency, [one.currency for one in incomes], rates)
        asked = query_string.text(request.GET, "currency")
        chosen = asked if asked in tabs else next(iter(tabs), "")
        if chosen in ("", ALL):
            shown = self._all(whole, made, moved, rates)
        else:
            income = next(one for one in incomes if one.currency == chosen)
            shown = _one(income, made, moved)
        return self.show(
            request,
            status,
            form=form,
            costs=business.monthly_costs,
            whole=whole,
            overdue=sum(one.amount for one in whole.expected if one.on < today),
            safe=[_safe(day, today) for day in whole.safe_until(business.monthly_costs)],
            has_any=bool(incomes),
            apart=apart,
            rates=exchange.used(rates, [one.currency for one in incomes]),
            tabs=tabs,
            chosen=chosen,
            made=made,
            today=today,
            **income_parts.certainty(shown.income, expected.own_closing_rate(business), today),
            **income_parts.forecast(
                shown.bands,
                shown.year,
                shown.income.currency,
                made,
                _soon(made, business, rates, "" if chosen in ("", ALL) else chosen),
            ),
            months=[
                {"movement": row, "changes": income_parts.changes(row, shown.income.currency)}
                for row in shown.movements
            ],
            **self._goal(whole, today),
        )

    def _all(
        self,
        whole: Income,
        made: Forecast | None,
        moved: dict[str, list[Movement]],
        rates: Rates,
    ) -> Shown:
        found = overall.forecast_in_own(made, self.business, rates) if made else None
        movements = overall.movements_in_own(moved, self.business, rates)
        return Shown(whole, movements, found[0] if found else [], found[1] if found else None)

    def _goal(self, whole: Income, today: date) -> dict[str, Any]:
        goal = goals.goal_of(self.business, whole, today)
        if goal is None:
            return {"goal": None}
        tiers = goals.newest_tiers(self.business) if goal.missing else []
        rows = closing(goal, tiers, today)
        return {
            "goal": goal,
            "goal_parts": income_parts.goal_parts(goal),
            "closings": [income_parts.closing_words(row, self.business.currency) for row in rows],
        }


def _one(income: Income, made: Forecast | None, moved: dict[str, list[Movement]]) -> Shown:
    movements = moved.get(income.currency, [])
    if made is None or income.currency not in made.totals:
        return Shown(income, movements, [], None)
    totals = made.totals[income.currency]
    rows = bands(totals, made.asked[income.currency], made.today)
    return Shown(income, movements, rows, of_the_year(totals))


def _soon(made: Forecast | None, business: Business, rates: Rates, currency: str) -> dict[str, int]:
    """What is asked in the next thirty days, the own currency first; of one, where it is named."""
    amounts = made.soon if made else {}
    if currency:
        amounts = {code: amount for code, amount in amounts.items() if code == currency}
    return exchange.own_first(amounts, business, rates)


def _tabs(own: str, currencies: list[str], rates: Rates) -> dict[str, str]:
    """What can be shown, with its label; nothing to choose where there is one currency."""
    tabs = {currency: currency for currency in currencies}
    if any(currency in rates for currency in currencies):
        tabs = {ALL: _("All in %(currency)s") % {"currency": own}} | tabs
    return tabs if len(tabs) > 1 or own not in tabs else {}


def _safe(day: date | None, today: date) -> str:
    """Until when the costs are covered, in words; nothing is known beyond the horizon."""
    if day is None:
        return _("Not covered")
    if day >= add_months(today, HORIZON) - timedelta(days=1):
        return _("More than a year")
    return formats.day(day)
