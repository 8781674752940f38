"""Monthly totals for the accountant."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from billing.books import client_statement
from core.team.roles import Area
from core.web import query_string
from core.web.download import csv_response
from dashboard.page import DashboardView


class Totals(DashboardView):
    """Totals by month and currency, on screen or as CSV."""

    needs = Area.BOOKS
    template = "dashboard/money/monthly_totals.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = client_statement.totals_by_month(self.business)
        if query_string.text(request.GET, "as") == "csv":
            return csv_response(client_statement.totals_csv(rows), _("Totals"))
        return self.show(request, rows=rows)
