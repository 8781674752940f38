"""The bank of value-adds, which proposals offer while one types."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.contract import value_add_bank
from agreements.models import ValueAdd
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.proposals.forms.value_adds import BankForm


class ValueAdds(DashboardView):
    """The value-adds that were kept, and a form for one more."""

    needs = Area.PRICES
    template = "dashboard/proposals/value_adds.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, BankForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BankForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, 422)
        value_add_bank.keep(business=self.business, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("dashboard:value_adds")

    def _page(self, request: HttpRequest, form: BankForm, status: int = 200) -> HttpResponse:
        return self.show(request, status, form=form, rows=self.rows(ValueAdd))


class RemoveValueAdd(DashboardView):
    """Take a value-add out of the bank."""

    needs = Area.PRICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        value_add_bank.remove(self.row(ValueAdd, pk))
        messages.success(request, _("Removed."))
        return redirect("dashboard:value_adds")
