"""Forms to pause and to end an agreement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm


class PauseForm(PrintableForm, forms.Form):
    """For how long the retainer is paused, and why."""

    how = forms.ChoiceField(
        label=_("How long"),
        choices=[
            ("skip", _("the next period only")),
            ("until", _("until a date")),
            ("open", _("until I resume it")),
        ],
        widget=forms.RadioSelect,
        initial="skip",
    )
    resumes_on = forms.DateField(
        label=_("Resumes on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The first period that begins on or after this day is billed again."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It appears in the history.")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a pause until a day that is not named."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if (
            data.get("how") == "until"
            and not data.get("resumes_on")
            and "resumes_on" not in self.errors
        ):
            self.add_error("resumes_on", _("Which day?"))
        return data


class EndForm(forms.Form):
    """The first day that the agreement should no longer cover."""

    ends_on = forms.DateField(
        label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
