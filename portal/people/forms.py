"""The form by which a client's decision maker invites a colleague."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm


class InviteForm(PrintableForm, forms.Form):
    """Name, address and role of a colleague."""

    name = forms.CharField(label=_("Name"), max_length=120, strip=True)
    email = forms.EmailField(label=_("Email"), max_length=254)
    role = forms.CharField(label=_("Role"), max_length=80, required=False, strip=True)
