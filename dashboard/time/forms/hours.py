"""Forms about an agreement's included hours: corrections, requests for more, and notifications."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Period
from agreements.models.agreement import HoursAlerts
from core import formats
from core.documents.printable_text import PrintableForm
from dashboard.form_fields import DurationField, MoneyField, parse_amount


class PeriodChoice(forms.ModelChoiceField):
    """A choice of a period, shown by its first and last day."""

    def label_from_instance(self, obj: Any) -> str:
        return formats.span(obj.starts_on, obj.ends_on)


class _PeriodForm(PrintableForm, forms.Form):
    """The base of forms about one of an agreement's newest periods."""

    period = PeriodChoice(queryset=Period.objects.none(), label=_("Period"), empty_label=None)

    def __init__(self, *args: Any, periods: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].queryset = periods  # type: ignore[attr-defined]


class CorrectionForm(_PeriodForm):
    """Add hours to a period's allowance or take hours from it, with the reason."""

    prefix = "correct"
    how = forms.ChoiceField(
        label=_("Hours are"), choices=[("give", _("given")), ("take", _("taken"))]
    )
    minutes = DurationField(label=_("Time"))
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("The client can read it.")
    )

    def signed(self) -> int:
        """The correction in minutes: positive if hours are added, negative if they are taken."""
        minutes: int = self.cleaned_data["minutes"]
        return -minutes if self.cleaned_data["how"] == "take" else minutes


class ExtraHoursForm(_PeriodForm):
    """A budget of hours beyond the included ones, for the client to approve."""

    prefix = "ask"
    minutes = DurationField(label=_("Up to"))
    rate = MoneyField(label=_("Fee for an hour"))
    note = forms.CharField(label=_("What for"), max_length=300, required=False)

    def price(self, currency: str) -> int | None:
        """The hourly fee in minor units; None, with an error at its field, if it is invalid."""
        try:
            return parse_amount(self.cleaned_data["rate"], currency)
        except forms.ValidationError as error:
            self.add_error("rate", error)
            return None


class NotificationForm(forms.Form):
    """Who is emailed when 80 % and 100 % of the included hours are used."""

    who = forms.ChoiceField(label=_("At 80 % and 100 %, email"), choices=HoursAlerts.choices)
