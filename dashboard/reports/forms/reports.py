"""Forms about a report: the freelancer's text, the highlighted KPIs, and when it is sent."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from delivery.models.report import OFF_MONTHS
from delivery.reports.compose import KPIS_SHOWN
from delivery.rules.off_months import OffMonth


class WordsForm(PrintableForm, forms.Form):
    """The text that the freelancer adds to the figures of a report."""

    comment = forms.CharField(
        label=_("Your words to the client"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Two or three sentences. Your client reads them first."),
    )
    next_text = forms.CharField(
        label=_("What is next"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    decision = forms.CharField(
        label=_("One decision wanted"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A yes-or-no question. The client answers it with one button."),
    )
    chosen = forms.MultipleChoiceField(
        label=_("KPIs that stand first"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Up to three."),
    )

    def __init__(self, *args: Any, kpis: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = kpis  # type: ignore[attr-defined]
        if len(kpis) <= KPIS_SHOWN:
            del self.fields["chosen"]

    def clean_chosen(self) -> list[str]:
        """The highlighted KPIs. Raises ValidationError if there are too many."""
        chosen: list[str] = self.cleaned_data["chosen"]
        if len(chosen) > KPIS_SHOWN:
            raise forms.ValidationError(gettext("Choose three at most."))
        return chosen


class WhenForm(forms.Form):
    """When a draft is sent automatically, in the business's time zone.

    `at` is the time set so far, if any.
    """

    send_at = forms.DateTimeField(
        label=_("Send on"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def __init__(self, *args: Any, zone: str, at: datetime | None = None, **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        local = at.astimezone(self.zone).replace(tzinfo=None) if at else None
        super().__init__(*args, **kwargs)
        self.initial["send_at"] = local

    def clean_send_at(self) -> datetime:
        """The typed local time as an aware datetime in the business's time zone."""
        typed: datetime = self.cleaned_data["send_at"]
        return typed.replace(tzinfo=self.zone)


class OffMonthForm(forms.Form):
    """What happens to the report of an off month that nobody has reviewed.

    `is_own` adds the choice of following the business.
    """

    choice = forms.ChoiceField(label=_("If a month is off"), choices=OFF_MONTHS, required=False)

    def __init__(self, *args: Any, is_own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_own:
            usual = ("", _("As for all other clients"))
            self.fields["choice"].choices = [usual, *OFF_MONTHS]  # type: ignore[attr-defined]

    @property
    def choice_made(self) -> OffMonth | None:
        """What was chosen; None without a choice of its own."""
        chosen: str = self.cleaned_data["choice"]
        return OffMonth(chosen) if chosen else None


class CorrectionForm(PrintableForm, forms.Form):
    """What a sent report got wrong, in the freelancer's words."""

    note = forms.CharField(
        label=_("What was wrong, and what is right"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
