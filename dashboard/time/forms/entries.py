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
from delivery.models import Deliverable
from delivery.models.hours import A_DAY

#: What is promised follows the client and the day; without a script every client's is there to choose. Nobody can
#: choose in the moment before it is exchanged.
FOLLOWS = {
    "hx-get": reverse_lazy("dashboard:time_promises"),
    "hx-target": "#div_id_deliverable",
    "hx-swap": "outerHTML",
    "hx-include": "closest form",
    "hx-params": "agreement,on,deliverable",
    "hx-disabled-elt": "#id_deliverable",
}


class AgreementChoice(forms.ModelChoiceField):
    """Shows an agreement as its client's name and its title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.client.name} · {obj.title}"


class PromiseChoice(forms.TypedChoiceField):
    """One of some deliverables, under their clients' names where there are several; None for none of them."""

    def __init__(self) -> None:
        self.found: dict[str, Deliverable] = {}
        super().__init__(
            label=_("For"), required=False, coerce=self.found.__getitem__, empty_value=None
        )
        self.offer([])

    def offer(self, rows: Iterable[Deliverable]) -> None:
        """Let these be chosen; each with its period, agreement and client."""
        listed = sorted(
            rows,
            key=lambda row: (row.period.agreement.client.name, str(row.period_id), row.position),
        )
        self.found.update({str(row.pk): row for row in listed})
        groups = [
            (name, list(some))
            for name, some in groupby(listed, lambda row: row.period.agreement.client.name)
        ]
        options = [(name, [(str(row.pk), row.title) for row in some]) for name, some in groups]
        choices: list[Any] = (
            options if len(options) > 1 else [each for _name, some in options for each in some]
        )
        self.choices = [("", _("nothing in particular")), *choices]

    def prepare_value(self, value: Any) -> Any:
        return str(value.pk) if isinstance(value, Deliverable) else value


class WorkForm(PrintableForm, forms.Form):
    """What somebody works on, and for whom."""

    agreement = AgreementChoice(
        queryset=Agreement.objects.none(),
        label=_("Client"),
        widget=forms.Select(attrs={**FOLLOWS, "hx-trigger": "load, change"}),
    )
    note = forms.CharField(label=_("What was done"), max_length=300)
    billable = forms.BooleanField(label=_("Work for the client"), required=False, initial=True)
    consumes = forms.BooleanField(
        label=_("Counts against the included hours"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, agreements: Any, promised: Iterable[Deliverable] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements  # type: ignore[attr-defined]
        self.fields["deliverable"] = field = PromiseChoice()
        field.offer(promised)
        self.order_fields(
            ["agreement", "deliverable", "on", "minutes", "note", "billable", "consumes"]
        )

    def stand_still(self) -> None:
        """Let what can be chosen stay as it came, whatever is typed."""
        for field in self.fields.values():
            for name in [name for name in field.widget.attrs if name.startswith("hx-")]:
                del field.widget.attrs[name]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        chosen, agreement = found.get("deliverable"), found.get("agreement")
        if chosen and agreement and chosen.period.agreement_id != agreement.pk:
            self.add_error("deliverable", _("This was promised to another client."))
        return found


class TimeForm(WorkForm):
    """Work on one day."""

    on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(
            attrs={"type": "date", **FOLLOWS, "hx-trigger": "change"}, format="%Y-%m-%d"
        ),
    )
    minutes = DurationField(label=_("Time"))

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if minutes > A_DAY:
            raise forms.ValidationError(_("A day has 24 hours."))
        return minutes


class TimerForm(WorkForm):
    """What a timer is for; `minutes` where its clock is not to be believed."""

    note = forms.CharField(label=_("What is done"), max_length=300, required=False)
    minutes = DurationField(
        label=_("How long it really was"),
        required=False,
        help_text=_("Leave it empty to take what the clock says."),
    )
