"""Forms about time: an entry, and the timer."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from core.documents.printable_text import PrintableForm
from dashboard.form_fields import DurationField
from dashboard.time.forms.agreement_choice import (
    AgreementChoice,
    Offered,
    SearchedSelect,
    SearchesAgreements,
)
from delivery.models import Deliverable
from delivery.models.hours import MINUTES_PER_DAY

#: htmx attributes that reload the deliverables when the client or the day changes. The field is
#: disabled while they load. Without scripts, the deliverables of all clients can be chosen.
RELOADS_DELIVERABLES = {
    "hx-get": reverse_lazy("dashboard:time_promises"),
    "hx-target": "#div_id_deliverable",
    "hx-swap": "outerHTML",
    "hx-include": "closest form",
    "hx-params": "agreement,on,deliverable",
    "hx-disabled-elt": "#id_deliverable",
}


#: Also when a search has replaced the options, which changes the choice without an event.
RELOADING = "load, change, agreements-found from:closest form"


class DeliverableChoice(forms.TypedChoiceField):
    """A choice of a deliverable, grouped by client if there are several clients.

    The cleaned value is the Deliverable, or None if none was chosen.
    """

    def __init__(self, none: Any = None) -> None:
        self.by_id: dict[str, Deliverable] = {}
        self.none = none or _("nothing in particular")
        super().__init__(
            label=_("For"), required=False, coerce=self.by_id.__getitem__, empty_value=None
        )
        self.add_choices([])

    def add_choices(self, rows: Iterable[Deliverable]) -> None:
        """Add these deliverables, loaded with period, agreement and client, to the choices."""
        deliverables = sorted(
            rows,
            key=lambda row: (row.period.agreement.client.name, str(row.period_id), row.position),
        )
        self.by_id.update({str(row.pk): row for row in deliverables})
        groups = [
            (name, list(members))
            for name, members in groupby(deliverables, lambda row: row.period.agreement.client.name)
        ]
        option_groups = [
            (name, [(str(row.pk), row.title) for row in members]) for name, members in groups
        ]
        # A single client needs no heading.
        choices: list[Any] = (
            option_groups
            if len(option_groups) > 1
            else [option for _name, members in option_groups for option in members]
        )
        self.choices = [("", self.none), *choices]

    def prepare_value(self, value: Any) -> Any:
        return str(value.pk) if isinstance(value, Deliverable) else value


class WorkForm(SearchesAgreements, PrintableForm, forms.Form):
    """What somebody worked on, and for which client.

    Typing the note suggests the deliverables that are open. One with which the note begins is
    chosen, where none is: "Reels: cut the first one".
    """

    suggests = True
    agreement = AgreementChoice(
        queryset=Agreement.objects.none(),
        label=_("Client"),
        widget=SearchedSelect(attrs={**RELOADS_DELIVERABLES, "hx-trigger": RELOADING}),
    )
    note = forms.CharField(label=_("What was done"), max_length=300)
    billable = forms.BooleanField(label=_("Work for the client"), required=False, initial=True)
    consumes = forms.BooleanField(
        label=_("Counts against the included hours"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, agreements: Offered, promised: Iterable[Deliverable] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(agreements)
        self.fields["deliverable"] = field = DeliverableChoice()
        field.add_choices(promised)
        self.suggested = sorted({row.title for row in field.by_id.values()})
        if self.suggests:
            self.fields["note"].widget.attrs |= {"list": "deliverables", "data-keeps": ""}
        self.order_fields(
            ["agreement", "deliverable", "on", "minutes", "note", "billable", "consumes"]
        )

    def fix_deliverables(self) -> None:
        """Do not reload the deliverables when the client or the day changes."""
        for field in self.fields.values():
            for name in [name for name in field.widget.attrs if name.startswith("hx-")]:
                del field.widget.attrs[name]

    def clean(self) -> dict[str, Any]:
        """Refuse a deliverable that was promised to another client."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen, agreement = data.get("deliverable"), data.get("agreement")
        if self.suggests and agreement and not chosen and "deliverable" in data:
            data["deliverable"] = self._typed(data.get("note", ""), agreement)
        if chosen and agreement and chosen.period.agreement_id != agreement.pk:
            self.add_error("deliverable", _("This was promised to another client."))
        return data

    def _typed(self, note: str, agreement: Agreement) -> Deliverable | None:
        """The agreement's deliverable with whose title the note begins, the longest of several."""
        field: DeliverableChoice = self.fields["deliverable"]
        rows = [row for row in field.by_id.values() if row.period.agreement_id == agreement.pk]
        rows.sort(key=lambda row: len(row.title), reverse=True)
        return next((row for row in rows if _begins_with(note, row.title)), None)


def _begins_with(note: str, title: str) -> bool:
    """Whether a note is a title, or goes on after it with a colon or a dash."""
    text, start = note.strip().casefold(), title.strip().casefold()
    rest = text[len(start) :].lstrip()
    return bool(start) and text.startswith(start) and (not rest or rest[0] in ":-–—")


class TimeForm(WorkForm):
    """Work done on one day."""

    on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(
            attrs={"type": "date", **RELOADS_DELIVERABLES, "hx-trigger": "change"},
            format="%Y-%m-%d",
        ),
    )
    minutes = DurationField(label=_("Time"))

    def clean_minutes(self) -> int:
        """The duration in minutes. Raises ValidationError if it is longer than a day."""
        minutes: int = self.cleaned_data["minutes"]
        if minutes > MINUTES_PER_DAY:
            raise forms.ValidationError(_("A day has 24 hours."))
        return minutes


class EditForm(TimeForm):
    """An entry that is there: a note that is corrected chooses no deliverable."""

    suggests = False


class BulkForm(SearchesAgreements, PrintableForm, forms.Form):
    """What is to change in several entries. What is left empty stays as it is."""

    prefix = "all"
    on = forms.DateField(
        label=_("Move to another day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    agreement = AgreementChoice(
        queryset=Agreement.objects.none(),
        label=_("Move to another agreement of the client"),
        required=False,
        empty_label=_("no change"),
    )
    note = forms.CharField(label=_("New note"), max_length=300, required=False)

    def __init__(
        self, *args: Any, agreements: Offered, promised: Iterable[Deliverable] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(agreements)
        self.fields["deliverable"] = field = DeliverableChoice(_("no change"))
        field.required = False
        field.add_choices(promised)
        self.order_fields(["on", "agreement", "deliverable", "note"])

    def changes(self) -> dict[str, Any]:
        """What was filled in."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class PlanForm(SearchesAgreements, forms.Form):
    """Time planned for a day to come; without a time nothing is planned."""

    agreement = AgreementChoice(queryset=Agreement.objects.none(), label=_("Client"))
    on = forms.DateField(widget=forms.HiddenInput)
    minutes = DurationField(label=_("Planned time"), required=False)

    def __init__(self, *args: Any, agreements: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "plan_%s"
        self.offer(agreements)


class DayNoteForm(PrintableForm, forms.Form):
    """A line about a day."""

    on = forms.DateField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Note of the day"),
        max_length=300,
        required=False,
        help_text=_("Only you see it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "day_%s"


class TimerForm(WorkForm):
    """What the timer is for. `minutes` replaces the measured time if that is wrong."""

    note = forms.CharField(label=_("What is done"), max_length=300, required=False)
    minutes = DurationField(
        label=_("How long it really was"),
        required=False,
        help_text=_("Leave it empty to use the time of the timer."),
    )
