"""The form about the costs that the income has to cover."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import money
from core.models import Business
from dashboard.form_fields import MoneyField, parse_amount


class CostsForm(forms.Form):
    """What the business and its owner spend a month, in the currency of the business."""

    costs = MoneyField(
        label=_("Costs a month"),
        required=False,
        help_text=_("Everything that you have to pay, including yourself. Only you see it."),
    )

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        if business.monthly_costs:
            kept = money.to_decimal(business.monthly_costs, business.currency)
            self.fields["costs"].initial = kept

    def clean_costs(self) -> int:
        text: str = self.cleaned_data["costs"]
        return parse_amount(text, self.business.currency) if text else 0

    def save(self) -> None:
        self.business.monthly_costs = self.cleaned_data["costs"]
        self.business.save(update_fields=["monthly_costs"])
