"""The list behind a month of the forecast: what is asked in it, and what is open already."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from billing.income import exchange, expected, forecast, guaranteed
from core.dates import add_months, month_of
from core.team.roles import Area
from core.web import query_string
from core.web.keyset_pages import Page
from dashboard.page import DashboardView

SIZE = 50


class IncomeMonth(DashboardView):
    """Every sum that is expected in the month of a day, on its day."""

    needs = Area.BOOKS
    template = "dashboard/money/income_month.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        first = month_of(query_string.day(request.GET, "of") or self.today)
        signed = guaranteed.signed_agreements(self.business)
        made = forecast.latest(self.business, signed, now=timezone.now())
        rows = made.rows_of(first) if made else []
        sums: dict[str, int] = {}
        for row in rows:
            if row.on >= self.today or not row.is_open:
                sums[row.currency] = sums.get(row.currency, 0) + row.amount
        rates = exchange.newest_rates(self.business)
        is_running = first == month_of(self.today)
        came = expected.received(self.business, first, self.today) if is_running else {}
        return self.show(
            request,
            month=first,
            made=made,
            page=list_page(rows, request),
            sums=exchange.own_first(sums, self.business, rates),
            overdue=exchange.own_first(
                made.overdue() if made and is_running else {}, self.business, rates
            ),
            received=exchange.own_first(came, self.business, rates),
            before=add_months(first, -1) if first > self.today else None,
            after=add_months(first, 1),
        )


def list_page(rows: Sequence[Any], request: HttpRequest) -> Any:
    """One page of the rows; its cursors are places in the list."""
    asked = query_string.text(request.GET, "after") or query_string.text(request.GET, "before")
    at = min(query_string.whole(asked) or 0, max(0, len(rows) - 1)) // SIZE * SIZE
    more = at + SIZE < len(rows)
    shown: Any = rows[at : at + SIZE]
    return Page(shown, str(at + SIZE) if more else "", str(at - SIZE) if at else "")
