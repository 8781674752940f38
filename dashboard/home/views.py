"""The overview (to-dos, guaranteed income, retainers, upcoming charges) and the search."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from agreements.models import Agreement
from agreements.rules.states import AgreementState
from agreements.running import periods
from billing.books import queries
from billing.emails import next_payments
from billing.emails.next_payments import NextPayment
from billing.income import exchange, expected, guaranteed
from billing.models import Invoice
from billing.rules.asking import Asked
from clients.models import Client
from core.dates import add_months, month_of
from core.team.roles import Area
from core.tenancy import may_open
from core.web import query_string
from dashboard.home import income_chart, income_line, retainers
from dashboard.home.first_steps import first_steps
from dashboard.home.found_rows import Line, found_rows
from dashboard.home.greeting import greeting
from dashboard.home.todos import todos
from dashboard.page import DashboardView
from delivery.hours import recent_hours
from delivery.renewing import renewal_outlook

FIRST = 5  # to-dos that are listed before the others are folded


class Home(DashboardView):
    """The overview: everything important on one page."""

    needs = Area.BOOKS
    template = "dashboard/home/home.html"

    def refuse_role(self) -> HttpResponseBase:
        """Who sees no income begins with the to-do list."""
        return redirect("dashboard:todo")

    def get(self, request: HttpRequest) -> HttpResponse:
        business, today, now = self.business, self.today, timezone.now()
        signed = guaranteed.signed_agreements(business)
        running = [row for row in signed if row.state == AgreementState.ACTIVE]
        opened = queries.open_invoices(business)
        late = queries.late_agreements(business)
        recent = recent_hours.recent_periods(business)
        risks = renewal_outlook.outlooks_of_all(running, recent, late, now=now)
        # Since the first month of the chart, which is never after the first of this year.
        history = exchange.rates_since(business, add_months(month_of(today), -11))
        rates = exchange.newest_of(history)
        incomes = expected.expected_income(
            business, signed, today, opened=opened, late=late, with_offers=False
        )
        following = periods.next_starts(running, today)
        needs = todos(self)
        context = {
            "needs": needs,
            "more_needs": needs[FIRST:],
            "first_steps": first_steps(self) if self.may(Area.OWNERSHIP) else [],
            **income_line.context(business, signed, incomes, history, today),
            **income_chart.context(request, business, signed, history, today),
            "retainers": retainers.rows(self, running, recent, risks, late, following, rates),
            "at_risk": retainers.at_risk(running, risks),
            "running": len(running),
            **retainers.hours(running, recent),
            "coming": self._coming(running, following, opened),
            "outstanding": income_line.outstanding(business, opened, rates),
            "waiting": self.rows(Agreement).filter(state=AgreementState.SENT).count(),
            **self._clients(),
            "may_try": not signed,
            "today": today,
            "greeting": greeting(
                self.person.name.split(" ")[0],
                timezone.localtime(now, ZoneInfo(business.time_zone)).hour,
            ),
        }
        return self.show(request, **context)

    def _clients(self) -> dict[str, Any]:
        """The sample clients, and whether the business has no others."""
        kinds = dict(self.rows(Client).order_by().values_list("is_sample").annotate(Count("pk")))
        samples = (
            self.rows(Client).filter(is_sample=True).order_by("name_key") if True in kinds else []
        )
        return {"samples": samples, "is_new": False not in kinds}

    def _coming(
        self,
        running: Sequence[Agreement],
        following: Mapping[UUID, date],
        opened: Sequence[tuple[Invoice, Asked]],
    ) -> list[NextPayment]:
        """What is due in the next 31 days, soonest first; what is overdue is among the to-dos."""
        ids = {None, *(row.pk for row in running)}
        return next_payments.soonest_payments(
            running,
            following,
            [pair for pair in opened if pair[0].agreement_id in ids],
            self.today,
            until=self.today + timedelta(days=31),
            most=retainers.SHOWN,
        )


class Search(DashboardView):
    """Find rows, pages and actions by words or by a sum; the palette asks for the lines alone."""

    needs = Area.OWN
    template = "dashboard/home/search.html"

    def openable(self, lines: list[Line]) -> list[Line]:
        """Those that lead to a page which the person's role opens."""
        return [line for line in lines if may_open(self.role, line.url)]

    def get(self, request: HttpRequest) -> HttpResponse:
        text = query_string.text(request.GET, "q")
        found, guesses = found_rows(self, text) if text else ([], [])
        found, guesses = self.openable(found), self.openable(guesses)
        if "lines" in request.GET:
            self.template = "dashboard/home/found.html"
        return self.show(request, search=text, found=found, guesses=guesses)
