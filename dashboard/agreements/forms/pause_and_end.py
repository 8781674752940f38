"""Forms about work and its results."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm


class KpiForm(PrintableForm, forms.Form):
    """A figure to move."""

    name = forms.CharField(label=_("Name"), max_length=80)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    baseline = forms.DecimalField(label=_("At the start"), max_digits=14, decimal_places=2)
    target = forms.DecimalField(label=_("Monthly target"), max_digits=14, decimal_places=2)
    less_is_better = forms.BooleanField(label=_("Less is better"), required=False)


class ReadingForm(forms.Form):
    """What a figure is now."""

    value = forms.DecimalField(label=_("Value now"), max_digits=14, decimal_places=2)


class PauseForm(PrintableForm, forms.Form):
    """How long nothing is billed, and why."""

    how = forms.ChoiceField(
        label=_("How long"),
        choices=[
            ("skip", _("the next period only")),
            ("until", _("until a day that is known")),
            ("open", _("until I resume it")),
        ],
        widget=forms.RadioSelect,
        initial="skip",
    )
    resumes_on = forms.DateField(
        label=_("Goes on from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The first period that begins on or after this day is billed again."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It stands in the record.")
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if (
            found.get("how") == "until"
            and not found.get("resumes_on")
            and "resumes_on" not in self.errors
        ):
            self.add_error("resumes_on", _("Which day?"))
        return found


class EndForm(forms.Form):
    """The day on which an agreement should end."""

    ends_on = forms.DateField(
        label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
