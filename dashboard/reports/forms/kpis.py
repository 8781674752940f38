"""Forms about KPIs, early warnings, quarterly reviews and API keys."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models import Period
from core import formats
from core.documents.printable_text import PrintableForm
from delivery.models.kpi import SHAPES, KpiKind

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NUMBER = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


class KpiForm(PrintableForm, forms.Form):
    """A KPI: what is measured, where it starts, and its monthly target."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("It is about"), choices=KpiKind.choices, initial=KpiKind.GROWTH
    )
    shape = forms.ChoiceField(
        label=_("A reading is"),
        choices=[
            ("", _("as usual: growth a level, engagement a rate, conversion a count")),
            *SHAPES,
        ],
        required=False,
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=20, required=False, help_text=_("such as %; or nothing")
    )
    baseline = forms.DecimalField(
        label=_("At the start"), max_digits=14, decimal_places=2, widget=NUMBER
    )
    target = forms.DecimalField(
        label=_("Monthly target"),
        max_digits=14,
        decimal_places=2,
        widget=NUMBER,
        help_text=_("where it should be at the end of each period"),
    )
    less_is_better = forms.BooleanField(label=_("Less is better"), required=False)


class EditKpiForm(KpiForm):
    """The form of an existing KPI: what a reading means must be chosen explicitly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shape = self.fields["shape"]
        shape.choices, shape.required = SHAPES, True  # type: ignore[attr-defined]


class ReadingForm(forms.Form):
    """The value of a KPI on one day. One that is far from the usual has to be confirmed."""

    on = forms.DateField(label=_("Day"), widget=DAY)
    value = forms.DecimalField(
        label=pgettext_lazy("reading of a KPI", "Value"),
        max_digits=14,
        decimal_places=2,
        widget=NUMBER,
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def ask(self, text: str) -> None:
        """Show the box that confirms an unusual value, with its question."""
        self.fields["confirmed"].widget = forms.CheckboxInput()
        self["confirmed"].label = text


class ReadingFileForm(forms.Form):
    """A CSV file with many readings."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )


class NoteForm(forms.Form):
    """The note to a client about an early warning in the current period."""

    note = forms.CharField(
        label=_("Note"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )


class ReviewForm(PrintableForm, forms.Form):
    """What the freelancer adds to a quarterly review, and which period is its last."""

    until = forms.TypedChoiceField(label=_("Its last period"), coerce=date.fromisoformat)
    outlook = forms.CharField(
        label=_("What comes next"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The plan for the next three periods, in your words."),
    )

    def __init__(self, *args: Any, periods: Sequence[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (row.ends_on.isoformat(), formats.day(formats.last_day(row.ends_on))) for row in periods
        ]
        self.fields["until"].choices = choices  # type: ignore[attr-defined]


class ApiKeyForm(PrintableForm, forms.Form):
    """The name of a new API key."""

    name = forms.CharField(label=_("What it is for"), max_length=60)


class NextTargetForm(forms.Form):
    """The target that is suggested for a KPI, as its button sends it."""

    target = forms.DecimalField(max_digits=14, decimal_places=2)
