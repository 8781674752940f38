"""How a business is paid: taxes, numbers, its bank, its account at a gateway; and the bank's statements."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.contract import tax_rates
from billing.bank_transfer import payment_details
from billing.books import numbers
from billing.gateways import accounts
from core.errors import RuleError
from core.models import TaxRate
from dashboard.page import DashboardView, refuse
from dashboard.settings.forms import BankForm, NumberForm, StripeForm, TaxForm


class Paying(DashboardView):
    """Four cards, a form each; which one was posted stands in `which`."""

    template = "dashboard/paying.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, {})

    def post(self, request: HttpRequest) -> HttpResponse:
        which = request.POST.get("which", "")
        made = {
            "tax": self._tax,
            "number": self._number,
            "bank": self._bank,
            "stripe": self._stripe,
        }.get(which)
        if made is None:
            return self.page(request, {}, 400)
        form, save = made(request.POST)
        if form.is_valid():
            try:
                save(form)
                messages.success(request, _("Saved."))
                return redirect("dashboard:paying")
            except RuleError as no:
                refuse(form, no)
        return self.page(request, {which: form}, 422)

    def page(self, request: HttpRequest, forms_: dict[str, Any], status: int = 200) -> HttpResponse:
        return self.show(
            request,
            status,
            rates=self.rows(TaxRate),
            tax=forms_.get("tax") or TaxForm(),
            number=forms_.get("number") or NumberForm(),
            patterns=numbers.patterns(self.business),
            gaps=numbers.gaps(self.business),
            bank=forms_.get("bank") or BankForm(instance=payment_details.details(self.business)),
            stripe=forms_.get("stripe") or StripeForm(),
            account=accounts.of(self.business),
        )

    def _tax(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return TaxForm(data), lambda form: tax_rates.add(
            business=self.business, **form.cleaned_data
        )

    def _number(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return NumberForm(data), lambda form: numbers.set_pattern(
            business=self.business, **form.cleaned_data
        )

    def _bank(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return BankForm(
            data, instance=payment_details.details(self.business)
        ), lambda form: form.save()

    def _stripe(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return StripeForm(data), lambda form: accounts.connect_stripe(
            business=self.business, now=timezone.now(), **form.cleaned_data
        )


class TaxInUse(DashboardView):
    """Put a tax on new agreements, or leave it off them."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        tax_rates.use(self.row(TaxRate, pk), request.POST.get("use") == "yes")
        return redirect("dashboard:paying")
