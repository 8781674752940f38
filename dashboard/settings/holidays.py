"""Which public holidays a business does not work on: a form, and what it shows of a year."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import formats
from core.lists.name_order import choices_by_name
from core.models import Business
from core.places import countries, public_holidays
from dashboard.form_fields import SearchField

AHEAD = timedelta(days=365)  # the holidays that are shown, from today


class HolidaysForm(forms.ModelForm):
    """The country, its part, and the holidays of the coming year on which one works anyway."""

    holiday_country = SearchField(
        label=_("Country of your public holidays"),
        required=False,
        shows_names=True,
        help_text=_(
            "Agreements that you send from now on do not count these days as working days, and "
            "your capacity does not either. Agreements already sent do not change. Leave this "
            "empty if you work on public holidays."
        ),
    )
    holiday_part = forms.ChoiceField(label=_("State or region"), required=False)
    worked = forms.MultipleChoiceField(
        label=_("Holidays on which you work"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Business
        fields = ["holiday_country", "holiday_part"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names, row = countries.names(), self.instance
        known = {code: names[code] for code in public_holidays.countries() if code in names}
        self.fields["holiday_country"].choices = choices_by_name(  # type: ignore[attr-defined]
            known.items()
        )
        self.days = _coming(row, today)
        self.saved = row.holiday_country
        if parts := public_holidays.parts(row.holiday_country):
            choices = [("", _("Nationwide holidays only")), *parts.items()]
            self.fields["holiday_part"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["holiday_part"]
        if self.days:
            self.fields["worked"].choices = [  # type: ignore[attr-defined]
                (day.isoformat(), f"{formats.weekday(day)}, {formats.day(day)}: {name}")
                for day, name in self.days.items()
            ]
            self.fields["worked"].initial = row.worked_holidays
        else:
            del self.fields["worked"]

    def save(self, commit: bool = True) -> Any:
        """Keep which holidays are worked; those of another country are forgotten."""
        row, is_same = self.instance, self.instance.holiday_country == self.saved
        if not is_same:
            row.holiday_part = ""
        shown = {day.isoformat() for day in self.days}
        earlier = [day for day in row.worked_holidays if day not in shown]
        worked = self.cleaned_data.get("worked") or []
        row.worked_holidays = sorted([*earlier, *worked]) if is_same else []
        return super().save(commit)


def _works_on(business: Business, day: date) -> bool:
    """Whether the business has entered hours for this day of the week."""
    return bool(business.week_minutes and business.week_minutes[day.weekday()])


def _coming(business: Business, today: date) -> dict[date, str]:
    """The holidays of the coming year that fall on a working day, with their names."""
    if not business.holiday_country:
        return {}
    years = (today.year, today.year + 1)
    days = public_holidays.on(business.holiday_country, business.holiday_part, years)
    return {
        day: name
        for day, name in days.items()
        if today <= day < today + AHEAD and (day.weekday() < 5 or _works_on(business, day))
    }
