"""The form for the result of a paid trial."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm


class TrialResultForm(PrintableForm, forms.Form):
    """What the freelancer notes about the result, for the record of the agreement."""

    words = forms.CharField(label=_("Result"), max_length=300, required=False)
