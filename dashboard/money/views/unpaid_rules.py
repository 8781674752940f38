"""What follows when a client leaves several periods unpaid: for the business, or one agreement."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from agreements.models import Agreement
from billing.runs import unpaid_periods
from core.team.roles import Area
from dashboard.money.forms.unpaid_rule import UnpaidRuleForm
from dashboard.page import DashboardView


class BusinessUnpaidRule(DashboardView):
    """The rule of the business."""

    needs = Area.INVOICES
    only_writes = True
    template = "dashboard/money/unpaid_rule.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rule = unpaid_periods.rule_of_business(self.business)
        form = UnpaidRuleForm(initial={"after": rule.after, "action": rule.action})
        return self.show(request, form=form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UnpaidRuleForm(request.POST)
        if not form.is_valid():
            return self.show(request, 422, form=form)
        unpaid_periods.set_rule(business=self.business, agreement=None, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("dashboard:unpaid_rule")


class AgreementUnpaidRule(DashboardView):
    """The rule of one agreement, in place of that of the business."""

    needs = Area.INVOICES
    only_writes = True
    template = "dashboard/money/unpaid_rule.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._agreement(pk)
        rule = unpaid_periods.rule_of(agreement)
        form = UnpaidRuleForm(initial={"after": rule.after, "action": rule.action})
        is_own = rule.agreement_id is not None
        return self.show(request, form=form, agreement=agreement, is_own=is_own)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._agreement(pk)
        if "usual" in request.POST:
            unpaid_periods.unset_rule(agreement=agreement)
            messages.success(request, _("This agreement follows the rule of your business again."))
            return redirect("dashboard:agreement", agreement.pk)
        form = UnpaidRuleForm(request.POST)
        if not form.is_valid():
            return self.show(request, 422, form=form, agreement=agreement)
        unpaid_periods.set_rule(business=self.business, agreement=agreement, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("dashboard:agreement", agreement.pk)

    def _agreement(self, pk: UUID) -> Agreement:
        return self.row(Agreement, pk, self.rows(Agreement).select_related("client"))
