"""The form of an extra line on the next invoice: an amount, or hours at a rate."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from billing.invoices.extra_line import price_of
from core import formats
from core.documents.printable_text import PrintableForm
from dashboard.form_fields import DurationField, MoneyField, parse_amount


class ExtraLineForm(PrintableForm, forms.Form):
    """An amount with its receipt, or hours at a rate. `form` makes pressing twice add one line."""

    description = forms.CharField(
        label=_("What is it for?"),
        max_length=200,
        help_text=_("The client reads it on the invoice."),
    )
    amount = MoneyField(label=_("Amount"), required=False)
    hours = DurationField(label=_("Or hours"), required=False)
    rate = MoneyField(label=_("Price of an hour"), required=False)
    file = forms.FileField(
        label=_("Receipt"),
        required=False,
        help_text=_("For a cost that you pass on: a PDF or a picture. The client can open it."),
    )
    form = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self.fields["form"].initial = uuid4
        for name in ("amount", "rate"):
            self.fields[name].help_text = agreement.currency

    def clean(self) -> dict[str, Any]:
        """Read the amount, or compute it from hours and rate."""
        data: dict[str, Any] = super().clean() or {}
        minutes, typed = data.get("hours"), data.get("amount")
        if self.errors:
            return data
        if minutes and typed:
            self.add_error("amount", _("Write an amount or hours, not both."))
        elif minutes and not data.get("rate"):
            self.add_error("rate", _("Write the price of an hour."))
        elif minutes:
            rate = self._money("rate")
            data["total"] = price_of(minutes, rate)
            data["description"] = self._in_hours(data["description"], minutes, rate)
        elif typed:
            data["total"] = self._money("amount")
        else:
            self.add_error("amount", _("Write an amount or hours."))
        if not self.errors and not data["total"]:
            self.add_error("amount", _("Write an amount above zero."))
        return data

    def _money(self, name: str) -> int:
        try:
            return parse_amount(self.cleaned_data[name], self.agreement.currency)
        except forms.ValidationError as error:
            self.add_error(name, error)
            return 0

    def _in_hours(self, what: str, minutes: int, rate: int) -> str:
        with translation.override(self.agreement.language):
            return gettext("%(what)s: %(hours)s at %(rate)s an hour") % {
                "what": what,
                "hours": formats.hours(minutes),
                "rate": formats.money(rate, self.agreement.currency),
            }
