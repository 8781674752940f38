"""The form to add something to a running agreement for a time."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from dashboard.form_fields import DurationField


class GiveValueAddForm(PrintableForm, forms.Form):
    """What is added, from when to when, and what it costs the freelancer."""

    title = forms.CharField(
        label=_("What you add"),
        max_length=160,
        widget=forms.TextInput(attrs={"list": "value-adds", "autocomplete": "off"}),
        help_text=_("The client reads it as you write it here."),
    )
    starts_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    minutes = DurationField(
        label=_("Hours it costs you in a period"),
        required=False,
        help_text=_("Only you see this. It is taken from your free hours."),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=300, help_text=_("Only you see this.")
    )
