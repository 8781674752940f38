"""What signing up asks besides an email and a password (settings.ACCOUNT_SIGNUP_FORM_CLASS)."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from core.models import User


class NameForm(PrintableForm, forms.Form):
    """The freelancer's own name; allauth adds its fields and calls `signup` with the new user."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("Your clients see it on the agreements that you sign."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
