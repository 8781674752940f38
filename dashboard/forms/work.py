"""Forms about work and its results."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from core.printable import PrintableForm
from dashboard.forms.fields import DurationField


class AgreementChoice(forms.ModelChoiceField):
    """Shows an agreement as its client's name and its title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.client.name} · {obj.title}"


class TimeForm(PrintableForm, forms.Form):
    """Work on one day."""

    agreement = AgreementChoice(queryset=Agreement.objects.none(), label=_("Client"))
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    minutes = DurationField(label=_("Time"))
    note = forms.CharField(label=_("What was done"), max_length=300)
    billable = forms.BooleanField(label=_("Work for the client"), required=False, initial=True)
    consumes = forms.BooleanField(label=_("Counts against the included hours"), required=False, initial=True)

    def __init__(self, *args: Any, agreements: Any, deliverables: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements  # type: ignore[attr-defined]
        if deliverables is not None:
            self.fields["deliverable"] = forms.ModelChoiceField(
                queryset=deliverables, label=_("For"), required=False, empty_label=_("nothing in particular")
            )

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if minutes > 24 * 60:
            raise forms.ValidationError(_("A day has 24 hours."))
        return minutes


class WordsForm(PrintableForm, forms.Form):
    """The freelancer's own words in a report."""

    comment = forms.CharField(
        label=_("Your words to the client"), max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    next_text = forms.CharField(
        label=_("What is next"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


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
        label=_("Goes on from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The first period that begins on or after this day is billed again."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It stands in the record."))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("how") == "until" and not found.get("resumes_on") and "resumes_on" not in self.errors:
            self.add_error("resumes_on", _("Which day?"))
        return found


class EndForm(forms.Form):
    """The day on which an agreement should end."""

    ends_on = forms.DateField(label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
