"""Forms about capacity: time off, and the hours of a tier to check for openings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from dashboard.form_fields import DurationField
from dashboard.money.forms.payments import DAY


class TimeOffForm(PrintableForm, forms.Form):
    """The first and last day of a time off."""

    unprinted = ("note",)

    first = forms.DateField(label=_("First day off"), widget=DAY)
    last = forms.DateField(label=_("Last day off"), widget=DAY)
    note = forms.CharField(
        label=_("Note"), max_length=120, required=False, help_text=_("Only you see it.")
    )


class OpeningsForm(forms.Form):
    """The hours per month of a tier, to count how many clients still fit."""

    hours = DurationField(label=_("Hours of the tier"), required=False, help_text="")
