"""A client's statement of account: on screen, as CSV and as PDF."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.books import client_statement
from billing.emails import billing_pdfs
from clients.models import Client
from core.team.roles import Area
from core.web.download import csv_response, pdf_response
from dashboard.page import DashboardView


class ClientStatement(DashboardView):
    """Every invoice, payment, credit and refund of a client, with the running balance."""

    needs = Area.INVOICES
    template = "dashboard/clients/statement.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk, self.rows(Client).select_related("business"))
        rows = client_statement.statement_entries(client)
        return self.show(
            request,
            client=client,
            rows=rows,
            balances=client_statement.client_balances(client),
            disputes=client_statement.open_disputes(client),
        )


class ClientStatementCsv(DashboardView):
    """The client statement as a CSV file."""

    needs = Area.INVOICES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk, self.rows(Client).select_related("business"))
        name = _("Statement %(client)s") % {"client": client.name}
        return csv_response(
            client_statement.statement_csv(client_statement.statement_entries(client)), name
        )


class ClientStatementPdf(DashboardView):
    """The client statement as a PDF."""

    needs = Area.INVOICES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk, self.rows(Client).select_related("business"))
        return pdf_response(billing_pdfs.statement_pdf(client=client, now=timezone.now()))
