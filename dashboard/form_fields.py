"""Fields of the house: money in a currency, durations, lists by line, time zones."""

import re
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from delivery.rules.duration import BadDuration, parse_minutes

#: How a business or a client is named on documents: fields of both models.
PARTICULARS = ("legal_name", "address", "tax_id")
LINES_MAX = 30
LINE_MAX = 160


def currencies() -> list[tuple[str, str]]:
    """The currencies offered."""
    return [(code, code) for code in money.CURRENCIES]


def zones() -> list[tuple[str, str]]:
    """IANA zones that people know by a city."""
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone or zone == "UTC"
    ]


class MoneyField(forms.CharField):
    """Text in; minor units out once `currency` is known: the form calls `amount`."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=24, widget=widget, **kwargs)


def amount(text: str, currency: str) -> int:
    """What was typed in minor units of `currency`. Raises ValidationError with the reason."""
    try:
        return money.parse(text, currency)
    except money.BadAmount as bad:
        words = {
            "number": _("Write an amount, like 3,000."),
            "negative": _("The amount cannot be negative."),
            "decimals": _("%(currency)s has fewer decimal places.") % {"currency": currency},
            "large": _("This amount is too large."),
        }
        raise forms.ValidationError(words[bad.code]) from None


class DurationField(forms.CharField):
    """1:30, 1.5 or 90m; whole minutes out."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Like 1:30, 1.5 or 90m."))
        super().__init__(max_length=12, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return 0
        try:
            return parse_minutes(text)
        except BadDuration:
            raise forms.ValidationError(_("Write a time, like 1:30, 1.5 or 90m.")) from None


class LinesField(forms.CharField):
    """One thing a line; a list out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 4}), max_length=LINES_MAX * LINE_MAX, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        found = [line for line in lines if line]
        if len(found) > LINES_MAX or any(len(line) > LINE_MAX for line in found):
            raise forms.ValidationError(_("At most 30 lines of 160 characters."))
        return found


class CountedLinesField(LinesField):
    """ "20 posts" a line; a list of {"title", "promised"} out; a line without a number counts once."""

    def clean(self, value: Any) -> Any:
        found = []
        for line in super().clean(value):
            match = re.fullmatch(r"(\d{1,4})\s*[×x]?\s+(.+)", line)
            count, title = (int(match[1]), match[2]) if match else (1, line)
            if not count:
                raise forms.ValidationError(_("A number in front of a deliverable is one or more."))
            found.append({"title": title, "promised": count})
        return found
