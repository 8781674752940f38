"""Extra lines of the next invoice: add one, open its receipt, remove it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.charging import issue_one_off
from billing.invoices import extra_line
from billing.models import NextLine
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from core.web.download import pdf_response
from dashboard.money.forms.extra_line import ExtraLineForm
from dashboard.page import DashboardView, add_error, show_error
from delivery.models import Request


class NewExtraLine(DashboardView):
    """Add a line to the next invoice of a retainer, on its own or for a request of the client."""

    needs = Area.INVOICES
    only_writes = True
    template = "dashboard/money/extra_line.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._agreement(pk)
        asked = self._request(agreement, request.GET)
        start = {"description": asked.title} if asked else {}
        form = ExtraLineForm(initial=start, agreement=agreement)
        return self.show(request, form=form, agreement=agreement, asked=asked)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._agreement(pk)
        asked = self._request(agreement, request.POST)
        form = ExtraLineForm(request.POST, request.FILES, agreement=agreement)
        if form.is_valid():
            data = form.cleaned_data
            try:
                extra_line.add_extra_line(
                    agreement=agreement,
                    kind=extra_line.REQUEST if asked else extra_line.ADDED,
                    ref=str(asked.pk) if asked else f"{agreement.pk}:{data['form']}",
                    description=data["description"],
                    amount=data["total"],
                    on=self.today,
                    upload=data["file"],
                    actor=self.actor,
                    now=timezone.now(),
                )
                messages.success(request, _("It will be on the next invoice."))
                return redirect("dashboard:agreement", agreement.pk)
            except RuleError as error:
                add_error(form, error)
        return self.show(request, 422, form=form, agreement=agreement, asked=asked)

    def _agreement(self, pk: UUID) -> Agreement:
        related = self.rows(Agreement).select_related("client", "business")
        return self.row(Agreement, pk, related)

    def _request(self, agreement: Agreement, given: Any) -> Request | None:
        """The client's request that is billed, if the address names one of this agreement."""
        pk = query_string.row_id(given, "request")
        return self.rows(Request).filter(pk=pk, agreement=agreement).first() if pk else None


class BillWaitingLines(DashboardView):
    """Issue an invoice of the lines that no periodic invoice of an agreement will take."""

    needs = Area.INVOICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(Agreement).select_related("client", "business__owner", "contact")
        agreement = self.row(Agreement, pk, related)
        try:
            invoice = issue_one_off.bill_waiting_lines(
                agreement=agreement, actor=self.actor, now=timezone.now()
            )
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:agreement", agreement.pk)
        messages.success(request, _("Invoice %(number)s is issued.") % {"number": invoice.number})
        return redirect("dashboard:invoice", invoice.pk)


class ExtraLineReceipt(DashboardView):
    """The receipt of an extra line."""

    needs = Area.INVOICES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        line = self.row(NextLine, pk, self.rows(NextLine).select_related("document"))
        if line.document is None:
            raise Http404
        return pdf_response(line.document)


class RemoveExtraLine(DashboardView):
    """Remove an extra line that no invoice has taken yet."""

    needs = Area.INVOICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        line = self.row(NextLine, pk, self.rows(NextLine).select_related("business"))
        try:
            extra_line.remove_extra_line(line=line, actor=self.actor, now=timezone.now())
            messages.success(request, _("The line is removed."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:agreement", line.agreement_id)
