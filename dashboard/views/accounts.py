"""A client's statement, and the totals for the accountant."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import papers, statement
from clients.models import Client
from core.download import csv_response, pdf_response
from dashboard.views.desk import Desk


class Statement(Desk):
    """Every invoice, payment, credit and refund of a client with the running balance."""

    template = "dashboard/statement.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk, self.rows(Client).select_related("business"))
        rows = statement.entries(client)
        return self.show(
            request, client=client, rows=rows, balances=statement.balances(client),
            disputes=statement.open_disputes(client),
        )  # fmt: skip


class StatementCsv(Desk):
    """The same for a spreadsheet."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk, self.rows(Client).select_related("business"))
        name = _("Statement %(client)s") % {"client": client.name}
        return csv_response(statement.as_csv(statement.entries(client)), name)


class StatementPdf(Desk):
    """The same as a paper."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk, self.rows(Client).select_related("business"))
        return pdf_response(papers.statement_pdf(client=client, now=timezone.now()))


class Totals(Desk):
    """By month and currency, for the accountant."""

    template = "dashboard/totals.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = statement.by_month(self.business)
        if request.GET.get("as") == "csv":
            return csv_response(statement.totals_csv(rows), _("Totals"))
        return self.show(request, rows=rows)
