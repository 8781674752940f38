"""Payments and tax settings: taxes, bank details and gateways."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.contract import tax_rates
from billing.bank_transfer import bank_details, payment_details
from billing.gateways import accounts, registry
from billing.gateways.base import GatewayKind
from billing.invoices import unused_taxes
from billing.rules.errors import OtherAccount
from billing.rules.method_kinds import SCHEMES
from core.errors import RuleError
from core.models import TaxRate
from core.team.roles import Area
from dashboard.page import DashboardView, add_error, show_error
from dashboard.settings.forms import BankForm, DebitsForm, TaxBasisForm, TaxForm
from dashboard.settings.subjects import SettingsView


class Paying(SettingsView):
    """A form each for taxes, the bank and every gateway; `which` names the posted form."""

    needs = Area.PAYMENT_DETAILS
    template = "dashboard/settings/paying.html"
    confirms = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, {})

    def post(self, request: HttpRequest) -> HttpResponse:
        which = request.POST.get("which", "")
        cards: dict[str, Callable[[Any], tuple[forms.BaseForm, Any]]] = {
            "tax": self._tax,
            "basis": self._basis,
            "bank": self._bank,
            "debits": self._debits,
            **{
                f"gateway:{kind.name}": partial(self._gateway, kind)
                for kind in registry.connectable()
            },
        }
        made = cards.get(which)
        if made is None:
            return self.page(request, {}, 400)
        form, save = made(request.POST)
        if form.is_valid():
            try:
                save(form)
                messages.success(request, _("Saved."))
                return redirect("dashboard:paying")
            except OtherAccount as error:
                form.ask(str(error))  # type: ignore[attr-defined]  # the form of an account
            except RuleError as error:
                add_error(form, error)
        return self.page(request, {which: form}, 422)

    def page(self, request: HttpRequest, forms_: dict[str, Any], status: int = 200) -> HttpResponse:
        """Render the page with the form that was refused, and with fresh ones beside it."""
        rates = self.rows(TaxRate)
        return self.show(
            request,
            status,
            rates=rates,
            unused=unused_taxes.unused(self.business, rates),
            tax=forms_.get("tax") or TaxForm(),
            basis=forms_.get("basis") or TaxBasisForm(instance=self.business),
            bank=forms_.get("bank")
            or BankForm(instance=payment_details.bank_details(self.business)),
            gateways=self._gateways(forms_),
            schemes=[SCHEMES[kind] for kind in accounts.debits_of(self.business)],
            debits=forms_.get("debits") or DebitsForm(instance=self.business),
            site_url=settings.SITE_URL,
        )

    def _gateways(self, forms_: dict[str, Any]) -> list[dict[str, Any]]:
        """For each gateway that can be connected: its kind, this business's account, its form."""
        connected = accounts.of(self.business)
        in_use = accounts.name_of(self.business.pk)
        return [
            {
                "kind": kind,
                "form": forms_.get(f"gateway:{kind.name}") or kind.card.form()(),
                "account": connected.get(kind.name),
                "is_replaced": kind.name in connected and kind.name != in_use,
                "is_first": not connected,
            }
            for kind in registry.connectable()
            if kind.card
        ]

    def _tax(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return TaxForm(data), lambda form: tax_rates.add(
            business=self.business, **form.cleaned_data
        )

    def _basis(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return TaxBasisForm(data, instance=self.business), lambda form: form.save()

    def _bank(self, data: Any) -> tuple[forms.BaseForm, Any]:
        form = BankForm(data, instance=payment_details.bank_details(self.business))
        return form, lambda form: bank_details.change(
            bank=form.instance, by=self.by, now=timezone.now()
        )

    def _debits(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return DebitsForm(data, instance=self.business), lambda form: form.save()

    def _gateway(self, kind: GatewayKind, data: Any) -> tuple[forms.BaseForm, Any]:
        assert kind.card is not None
        connect = partial(kind.card.connect, business=self.business, by=self.by, now=timezone.now())
        return kind.card.form()(data), lambda form: connect(**form.cleaned_data)


class TaxInUse(DashboardView):
    """Put a tax on new agreements, or leave it off them."""

    confirms = False
    needs = Area.PAYMENT_DETAILS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        rate = self.row(TaxRate, pk, self.rows(TaxRate).select_related("business"))
        try:
            tax_rates.set_used(rate, request.POST.get("use") == "yes")
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:paying")


class DeleteTax(DashboardView):
    """Delete a tax that was never used."""

    confirms = False
    needs = Area.PAYMENT_DETAILS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        rate = self.row(TaxRate, pk, self.rows(TaxRate).select_related("business"))
        try:
            unused_taxes.delete(rate)
            messages.success(request, _("%(tax)s was deleted.") % {"tax": rate})
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:paying")
