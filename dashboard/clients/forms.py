"""Forms about clients and their contacts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Contact
from clients.models.client import Lost
from core import money
from core.documents.printable_text import PrintableForm
from dashboard.form_fields import (
    DETAIL_FIELDS,
    DetailsForm,
    MoneyField,
    SearchField,
    parse_amount,
    time_zone_choices,
)


class ClientForm(DetailsForm):
    """A client's details. `currency` is the business's, used for the expected fee of a prospect."""

    unprinted = ("notes",)
    expected = MoneyField(
        required=False,
        help_text=_(
            "Your estimate for the pipeline, until there is a proposal. Clients never see it."
        ),
    )

    class Meta:
        model = Client
        fields = [
            "name",
            *DETAIL_FIELDS,
            "language",
            "time_zone",
            "tax_treatment",
            "tax_note",
            "withholding_percent",
            "notes",
        ]
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "notes": _("Private. Clients never see this."),
            "tax_note": _("The reason shown on invoices without tax."),
            "withholding_percent": _(
                "What this client withholds for the tax office, for example 3."
            ),
        }

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = SearchField(label=_("Time zone"), choices=time_zone_choices())
        self.currency = self.instance.expected_currency or currency
        self.fields["expected"].label = _("Expected fee a month, in %(currency)s") % {
            "currency": self.currency
        }
        if self.instance.expected_amount:
            self.fields["expected"].initial = money.to_decimal(
                self.instance.expected_amount, self.currency
            )

    def clean_expected(self) -> int:
        """The expected monthly fee in minor units; 0 if none was entered."""
        return parse_amount(self.cleaned_data["expected"] or "0", self.currency)

    def values(self) -> dict[str, Any]:
        """The cleaned data by column, as the function that saves a client takes it."""
        expected = self.cleaned_data.pop("expected")
        return self.cleaned_data | {
            "expected_amount": expected,
            "expected_currency": self.currency if expected else "",
        }


class NewClientForm(ClientForm):
    """A new prospect with its decision maker.

    What documents need (address, taxes) is asked later, on the page that edits the client.
    """

    class Meta(ClientForm.Meta):
        fields = ["name", "language", "time_zone", "notes"]

    contact_name = forms.CharField(label=_("Decision maker"), max_length=120)
    contact_email = forms.EmailField(label=_("Their email"), max_length=254)
    contact_role = forms.CharField(label=_("Their role"), max_length=80, required=False)
    field_order = (
        "name",
        "contact_name",
        "contact_email",
        "contact_role",
        "expected",
        "language",
        "time_zone",
    )


class LostForm(PrintableForm, forms.Form):
    """Why a prospect was lost: a reason, and the client's own words if there were any."""

    because = forms.ChoiceField(
        label=_("The reason"), choices=Lost.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In their words"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ContactForm(PrintableForm, forms.ModelForm):
    """A contact of a client."""

    class Meta:
        model = Contact
        fields = ["name", "email", "role", "gets_billing", "sees_money", "is_decision_maker"]
        labels = {
            "gets_billing": _("Billing contact"),
            "sees_money": _("Sees prices and payments in the portal"),
        }
        help_texts = {
            "sees_money": _(
                "If this is off, the person sees requests, work, hours and reports, but no fees, "
                "proposals, agreements, invoices or payments. What is written in requests, reports "
                "and files is shown, with any amounts. A decision maker always sees them."
            ),
            "gets_billing": _(
                "Gets invoices, receipts, reminders and refunds in copy from now on, with links "
                "that open this person's own portal."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_decision_maker:  # a client always has one: another person takes over
            del self.fields["is_decision_maker"]
            del self.fields["sees_money"]
