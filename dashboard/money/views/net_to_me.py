"""Net to me: what is left of the money that came in, by month and by payment, and of an hour."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from billing.income import net_to_me
from billing.rules import net
from billing.rules.net import Line
from clients.models import Client
from core.dates import add_months, month_of
from core.tables import spreadsheet
from core.team.roles import Area
from core.web import query_string
from core.web.download import csv_response
from dashboard.money.views.income_month import list_page
from dashboard.page import DashboardView
from delivery.hours import effective_rate


class NetView(DashboardView):
    """A page of net to me: of all clients, or of the one that the address names."""

    def client(self) -> Client | None:
        """The client that is looked at alone, if it is one of this business."""
        pk = query_string.row_id(self.request.GET, "client")
        return self.rows(Client).filter(pk=pk).first() if pk else None


class NetToMe(NetView):
    """A year by month, every line of it as CSV, and the hours against the fee by client."""

    needs = Area.BOOKS
    template = "dashboard/money/net_to_me.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        year = _year(query_string.text(request.GET, "year")) or self.today.year
        client = self.client()
        lines = net_to_me.lines_between(
            self.business, date(year, 1, 1), date(year + 1, 1, 1), client=client
        )
        if query_string.text(request.GET, "as") == "csv":
            return _csv(lines, f"{_('Net to me')} {year}")
        began = net_to_me.first_year(self.business)
        rates = effective_rate.effective_rates(self.business, self.today, client=client)
        page: Any = list_page(rates, request)
        return self.show(
            request,
            year=year,
            client=client,
            only=_only(client),
            before=year - 1 if began and year > began else None,
            after=year + 1 if year < self.today.year else None,
            months=net.sums(lines, self.business.currency),
            sums=net.sums(lines, self.business.currency, by_month=False),
            page=page,
            rates=page.rows,
            months_counted=effective_rate.MONTHS,
        )


class NetMonth(NetView):
    """Every line of the month of a day, and the same as CSV."""

    needs = Area.BOOKS
    template = "dashboard/money/net_month.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        first = month_of(query_string.day(request.GET, "of") or self.today)
        following, client = add_months(first, 1), self.client()
        lines = net_to_me.lines_between(self.business, first, following, client=client)
        if query_string.text(request.GET, "as") == "csv":
            return _csv(lines, f"{_('Net to me')} {first:%Y-%m}")
        names = net_to_me.labels()
        page: Any = list_page(lines, request)
        return self.show(
            request,
            month=first,
            client=client,
            only=_only(client),
            page=page,
            rows=[Shown(line, names[line.kind]) for line in page.rows],
            sums=net.sums(lines, self.business.currency, by_month=False),
            before=add_months(first, -1),
            after=following if following <= self.today else None,
        )


@dataclass(frozen=True)
class Shown:
    """A line and what its kind is called."""

    line: Line
    what: str


def _only(client: Client | None) -> str:
    """The end of an address that looks at this client alone."""
    return f"&client={client.pk}" if client else ""


def _year(text: str) -> int | None:
    """The year that is asked for; None if it is none of 2000–2099."""
    found = query_string.whole(text)
    return found if found and 2000 <= found < 2100 else None


def _csv(lines: list[Line], title: str) -> HttpResponse:
    return csv_response("".join(spreadsheet.lines(net_to_me.table(lines))), title)
