"""The form of a value-add for the bank."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from dashboard.form_fields import DurationField


class BankForm(PrintableForm, forms.Form):
    """What is added, what it costs the freelancer, and how long it usually lasts."""

    title = forms.CharField(
        label=_("What you add"),
        max_length=160,
        help_text=_("For example: one hour of consulting each month."),
    )
    minutes = DurationField(label=_("Hours it costs you in a period"))
    months = forms.IntegerField(
        label=_("Usual duration in months"), min_value=1, max_value=24, initial=3
    )
