"""The forms about what the income has to cover and reach, and about exchange rates."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import money
from core.models import Business
from dashboard.form_fields import MoneyField, SearchField, currency_names, parse_amount

COLUMNS = {"costs": "monthly_costs", "goal": "yearly_goal"}


class CostsForm(forms.Form):
    """What the business spends a month and wants a year, in the currency of the business."""

    costs = MoneyField(
        label=_("Costs a month"),
        required=False,
        help_text=_("Everything that you have to pay, including yourself. Only you see it."),
    )
    goal = MoneyField(
        label=_("Goal for a year"),
        required=False,
        help_text=_("What you want to earn, before tax. Only you see it."),
    )

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        for name, column in COLUMNS.items():
            if kept := getattr(business, column):
                self.fields[name].initial = money.to_decimal(kept, business.currency)

    def clean_costs(self) -> int:
        """The costs of a month, in minor units."""
        return self._amount("costs")

    def clean_goal(self) -> int:
        """The goal of the year, in minor units."""
        return self._amount("goal")

    def _amount(self, name: str) -> int:
        text: str = self.cleaned_data[name]
        return parse_amount(text, self.business.currency) if text else 0

    def save(self) -> None:
        """Store both at the business."""
        for name, column in COLUMNS.items():
            setattr(self.business, column, self.cleaned_data[name])
        self.business.save(update_fields=list(COLUMNS.values()))


class RateForm(forms.Form):
    """A rate of the owner's: one unit of a currency in the business's own, on a day."""

    currency = SearchField(label=_("Currency"), choices=currency_names())
    rate = forms.DecimalField(max_digits=21, decimal_places=12, min_value=Decimal(0))
    on = forms.DateField(
        label=_("Day of the rate"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, own: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"].label = _("One unit of it in %(currency)s") % {"currency": own}
        self.fields["rate"].widget = forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off"}
        )
        self.fields["on"].initial = today
