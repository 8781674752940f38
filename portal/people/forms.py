"""The form by which a client's decision maker invites a colleague."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm


class InviteForm(PrintableForm, forms.Form):
    """Name, address and role of a colleague, and whether money is hidden from them."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        strip=True,
        validators=[  # it goes to an address that nobody knows, in the freelancer's name
            RegexValidator(r"://|www\.", _("Please enter a name."), inverse_match=True)
        ],
    )
    email = forms.EmailField(label=_("Email"), max_length=254)
    role = forms.CharField(label=_("Role"), max_length=80, required=False, strip=True)
    hides_money = forms.BooleanField(
        label=_("Hide prices and payments from this person"),
        help_text=_("No fees, proposals, agreements, invoices or payments."),
        required=False,
    )
