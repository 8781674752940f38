"""What happens to reports of off months: for all agreements, or for one (rule 66)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.reports.forms.reports import OffMonthForm
from delivery.models import Report
from delivery.reports.holding import off_month_rules


class SetRule(DashboardView):
    """Choose what happens to off months of all agreements without a rule of their own."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OffMonthForm(request.POST)
        if form.is_valid() and form.choice_made:
            off_month_rules.set_rule(
                business=self.business, choice=form.choice_made, now=timezone.now()
            )
            messages.success(request, _("Saved."))
        return redirect("dashboard:reports")


class SetRuleOfAgreement(DashboardView):
    """Choose it for the agreement of a report; without a choice it follows the business."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = self.row(Report, pk, self.rows(Report).select_related("period__agreement"))
        form = OffMonthForm(request.POST)
        if form.is_valid():
            off_month_rules.set_rule(
                business=self.business,
                agreement=report.period.agreement,
                choice=form.choice_made,
                now=timezone.now(),
            )
            messages.success(request, _("Saved."))
        return redirect("dashboard:report", pk)
