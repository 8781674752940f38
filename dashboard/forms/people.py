"""Forms about the business, its clients and their contacts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Contact
from clients.models.client import Lost
from core import logos, money
from core.models import Business
from core.printable import PrintableForm
from dashboard.forms.fields import DurationField, MoneyField, amount, currencies, zones

PAPERS = ("legal_name", "address", "tax_id")
AIMS = {"floor": "floor_rate", "goal": "yearly_goal"}  # sums in the business's currency; empty: not said


class BusinessForm(PrintableForm, forms.ModelForm):
    """What the freelancer trades as; the same form welcomes and changes."""

    floor = MoneyField(label=_("Lowest hourly rate"), required=False, help_text=_("Only you see it."))
    goal = MoneyField(
        label=_("Goal for a year"), required=False, help_text=_("What you want to earn, before tax. Only you see it.")
    )
    capacity = DurationField(label=_("Hours you can sell a month"), required=False)

    class Meta:
        model = Business
        fields = [
            "name", "currency", "time_zone", "language", "accent", "logo", *PAPERS, "prices_include_tax",
            "tax_on_payment",
        ]  # fmt: skip
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=currencies())
        self.fields["time_zone"] = forms.ChoiceField(label=_("Time zone"), choices=zones())
        self.fields["tax_on_payment"].help_text = _("Tax on services falls due when they are paid, as in Thailand.")
        for name, column in AIMS.items():
            if kept := getattr(self.instance, column):
                self.fields[name].initial = money.to_decimal(kept, self.instance.currency)
        if self.instance.capacity_minutes:
            self.fields["capacity"].initial = f"{self.instance.capacity_minutes // 60}h"

    def clean_logo(self) -> Any:
        upload = self.cleaned_data.get("logo")
        return logos.redrawn(upload) if upload and "logo" in self.changed_data else upload

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, column in AIMS.items():
            try:
                aim = amount(data[name], data["currency"]) if data.get(name) and data.get("currency") else 0
                setattr(self.instance, column, aim)
            except forms.ValidationError as error:
                self.add_error(name, error)
        self.instance.capacity_minutes = data.get("capacity") or 0
        return data


class ClientForm(PrintableForm, forms.ModelForm):
    """A client's particulars."""

    unprinted = ("notes",)
    expected = MoneyField(
        required=False, help_text=_("A guess for your pipeline, until a proposal says it. Clients never see it.")
    )

    class Meta:
        model = Client
        fields = [
            "name", *PAPERS, "language", "time_zone", "tax_treatment", "tax_note", "withholding_percent", "notes",
        ]  # fmt: skip
        widgets = {"address": forms.Textarea(attrs={"rows": 3}), "notes": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "notes": _("Private. Clients never see this."),
            "tax_note": _("The reason that stands on invoices without tax."),
            "withholding_percent": _("What this client keeps back for the tax office, like 3."),
        }

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(label=_("Time zone"), choices=zones())
        self.currency = self.instance.expected_currency or currency
        self.fields["expected"].label = _("Expected fee a month, in %(currency)s") % {"currency": self.currency}
        if self.instance.expected_amount:
            self.fields["expected"].initial = money.to_decimal(self.instance.expected_amount, self.currency)

    def clean_expected(self) -> int:
        return amount(self.cleaned_data["expected"] or "0", self.currency)

    def values(self) -> dict[str, Any]:
        """The columns, as the verbs take them."""
        expected = self.cleaned_data.pop("expected")
        return self.cleaned_data | {
            "expected_amount": expected, "expected_currency": self.currency if expected else "",
        }  # fmt: skip


class NewClientForm(ClientForm):
    """A prospect with its decision maker; what papers need (address, taxes) is asked for when it is edited."""

    class Meta(ClientForm.Meta):
        fields = ["name", "language", "time_zone", "notes"]

    contact_name = forms.CharField(label=_("Decision maker"), max_length=120)
    contact_email = forms.EmailField(label=_("Their email"), max_length=254)
    contact_role = forms.CharField(label=_("Their role"), max_length=80, required=False)
    field_order = ("name", "contact_name", "contact_email", "contact_role", "expected", "language", "time_zone")


class LostForm(PrintableForm, forms.Form):
    """Why a prospect was lost: one tap, and their words if there were any."""

    because = forms.ChoiceField(label=_("The reason"), choices=Lost.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In their words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ContactForm(PrintableForm, forms.ModelForm):
    """One more person at a client."""

    class Meta:
        model = Contact
        fields = ["name", "email", "role", "is_decision_maker"]
