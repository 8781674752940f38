"""Forms of a call: when and with whom, and the guide that is filled in during the call."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models import Call, Contact
from clients.models.sales import LONGEST, SHORTEST, CallEnd, KpiKind
from core.models import Business

FARTHEST = timedelta(days=730)  # a call may be at most this long before or after now
KPI_ROWS, KPI_MOST = 3, 8  # KPI rows shown at least, and at most


class BookForm(forms.Form):
    """When a call takes place, in the business's time zone, and who takes part.

    The fields `someone_*` add a new contact on the same page. The cleaned data has `starts_at`, an
    aware datetime.
    """

    on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    at = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(
        label=_("Length in minutes"), min_value=SHORTEST, max_value=LONGEST, initial=30
    )
    contacts = forms.ModelMultipleChoiceField(
        Contact.objects.none(), label=_("With"), required=False, widget=forms.CheckboxSelectMultiple
    )
    someone_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    someone_email = forms.EmailField(label=_("Email"), max_length=254, required=False)
    someone_role = forms.CharField(label=_("Role"), max_length=80, required=False)
    someone_decides = forms.BooleanField(
        label=_("This person decides"), required=False, initial=True
    )
    tells = forms.BooleanField(
        label=_("Email everybody on the call, with a calendar file"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, business: Business, contacts: Any, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = ZoneInfo(business.time_zone), now
        field: Any = self.fields["contacts"]
        field.queryset = contacts
        field.label_from_instance = _contact_label
        self.fields["at"].help_text = gettext("Your time: %(zone)s.") % {
            "zone": business.time_zone.replace("_", " ")
        }

    def clean(self) -> dict[str, Any]:
        """Compute the instant of the call; a new person needs a name and an email."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("on") and data.get("at"):
            data["starts_at"] = self._instant(datetime.combine(data["on"], data["at"]))
        if (
            bool(data.get("someone_name")) != bool(data.get("someone_email"))
            and "someone_email" not in self.errors
        ):
            self.add_error("someone_email", gettext("A new person needs a name and an email."))
        return data

    def _instant(self, local: datetime) -> datetime | None:
        """Convert the freelancer's local time to an instant.

        Adds an error and returns None for an hour that daylight saving time skips, and for a day
        that is too far away.
        """
        if not abs(local - self.now.astimezone(self.zone).replace(tzinfo=None)) < FARTHEST:
            self.add_error("on", gettext("This is more than two years away."))
            return None
        instant = local.replace(tzinfo=self.zone)
        # A skipped hour does not survive the way to UTC and back.
        if instant.astimezone(ZoneInfo("UTC")).astimezone(self.zone).replace(tzinfo=None) != local:
            self.add_error("at", gettext("Clocks skip this hour on that day."))
            return None
        return instant


def _contact_label(contact: Contact) -> str:
    """A contact's name, and whether this person decides."""
    return (
        gettext("%(name)s, decides") % {"name": contact.name}
        if contact.is_decision_maker
        else contact.name
    )


class GuideForm(forms.ModelForm):
    """The notes of a call. No field is required: half a sentence is worth saving."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    class Meta:
        model = Call
        fields = ["needs", "goals", "load", "extras", "budget", "outcome", "next_step", "next_on"]
        widgets = {
            "needs": forms.Textarea(attrs={"rows": 7}),
            "goals": forms.Textarea(attrs={"rows": 5}),
            "extras": forms.Textarea(attrs={"rows": 4}),
            "load": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            "budget": forms.TextInput(attrs={"autocomplete": "off"}),
            "next_step": forms.TextInput(attrs={"autocomplete": "off"}),
            "next_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, data: Any = None, *, instance: Call) -> None:
        super().__init__(
            _printable(data), instance=instance, initial={"revision": instance.revision}
        )
        outcome: Any = self.fields["outcome"]
        outcome.choices = [("", gettext("Not over yet")), *CallEnd.choices]
        count = min(KPI_MOST, max(KPI_ROWS, len(instance.kpis) + 1))
        self.rows = [
            KpiRow(self.data if self.is_bound else None, prefix=f"kpi-{n}", initial=dict(row))
            for n, row in enumerate((instance.kpis + [{}] * count)[:count])
        ]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    def typed(self) -> dict[str, Any]:
        """The notes by column, as the function that saves them takes them."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return values | {"kpis": [row.cleaned_data for row in self.rows if row.is_filled_in]}

    def overwrite(self, revision: int) -> None:
        """Let the next save replace this revision, since the user has now seen it."""
        data: Any = self.data
        data["revision"] = str(revision)

    @property
    def all_errors(self) -> list[str]:
        """Every error of the form and its KPI rows, as a list: the answer to the script."""
        forms = [self, *self.rows]
        return [str(error) for form in forms for errors in form.errors.values() for error in errors]


class KpiRow(forms.Form):
    """A KPI that the client wants to improve, as it was typed."""

    name = forms.CharField(label=_("KPI"), max_length=80, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Shows"), choices=KpiKind.choices, required=False)
    direction = forms.ChoiceField(
        label=_("Should"), choices=[("up", _("rise")), ("down", _("fall"))], required=False
    )
    baseline = forms.CharField(label=_("Today"), max_length=24, required=False)
    target = forms.CharField(label=_("Goal"), max_length=24, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs |= {
                "class": "form-select" if name in ("kind", "direction") else "form-control"
            }
            field.widget.attrs |= {"autocomplete": "off"}
        for name in ("baseline", "target"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"

    def clean(self) -> dict[str, Any]:
        """What the row leaves open is growth, and more is better."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        return data | {
            "kind": data.get("kind") or KpiKind.GROWTH.value,
            "direction": data.get("direction") or "up",
        }

    @property
    def is_filled_in(self) -> bool:
        """Whether anything was typed. The two select fields alone do not count."""
        return any(self.cleaned_data.get(name) for name in ("name", "unit", "baseline", "target"))


def _printable(data: Any) -> Any:
    """The posted data without NUL characters, which PostgreSQL cannot store."""
    if data is None:
        return None
    clean = data.copy()
    for name, values in clean.lists():
        clean.setlist(name, [value.replace("\x00", "") for value in values])
    return clean
