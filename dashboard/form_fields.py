"""Form fields of the dashboard: money, durations, lists with one item per line, and time zones."""

import re
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import get_currency_name
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.rules import tax_ids
from core import formats, money
from core.documents.printable_text import PrintableForm
from delivery.rules.duration import BadDuration, parse_minutes

#: How a business or a client is named on documents: fields of both models.
DETAIL_FIELDS = ("legal_name", "address", "tax_id")
LINES_MAX = 30
LINE_MAX = 160


class DetailsForm(PrintableForm, forms.ModelForm):
    """The base of the forms of a business and of a client: how they are named on documents."""

    def clean(self) -> dict[str, Any]:
        """Refuse a tax id that has a typing mistake."""
        data: dict[str, Any] = super().clean() or {}
        if tax_ids.is_mistyped(data.get("tax_id", ""), time_zone=data.get("time_zone", "")):
            self.add_error(
                "tax_id",
                _("This tax id has a typing mistake: its check digit or its length is wrong."),
            )
        return data


def currency_choices() -> list[tuple[str, str]]:
    """The supported currencies by code, as choices for a select field."""
    return [(code, code) for code in money.CURRENCIES]


def currency_names() -> list[tuple[str, str]]:
    """The supported currencies by code, with their names in the active language, to be searched."""
    locale = formats.language().locale
    return [(code, get_currency_name(code, locale=locale)) for code in money.CURRENCIES]


def time_zone_choices() -> list[tuple[str, str]]:
    """The IANA time zones named after a city, plus UTC, as choices for a select field."""
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone or zone == "UTC"
    ]


class SearchInput(forms.TextInput):
    """A text field with a list that the browser searches while one types."""

    template_name = "components/search_input.html"
    choices: Any = ()

    def __init__(self, *args: Any, shows_names: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shows_names = shows_names

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        rows = [(str(code), str(label)) for code, label in self.choices]
        if self.shows_names:
            rows = [(label, label) for _code, label in rows]
        context["widget"]["options"] = rows
        return context

    def format_value(self, value: Any) -> str | None:
        shown = dict(self.choices).get(value, value) if self.shows_names else value
        return None if shown in (None, "") else str(shown)


class SearchField(forms.ChoiceField):
    """A choice from a long list, typed or searched; with `shows_names` by name instead of code.

    The cleaned value is the code.
    """

    def __init__(self, *, shows_names: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {}).setdefault(
            "invalid_choice", gettext_lazy("Please choose one from the list.")
        )
        super().__init__(widget=SearchInput(shows_names=shows_names), **kwargs)

    def to_python(self, value: Any) -> str:
        """The code of what was typed: a code or a name, in any case."""
        typed = " ".join(str(value or "").split()).casefold()
        for code, label in self.choices:  # type: ignore[misc,union-attr]
            if typed in (str(code).casefold(), str(label).casefold()):
                return str(code)
        return "" if not typed else str(value)


class MoneyField(forms.CharField):
    """Accepts an amount as text and keeps it as text.

    Minor units depend on the currency, which is often another field of the same form, so the form
    converts the text with `amount` once the currency is known.
    """

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=24, widget=widget, **kwargs)


def parse_amount(text: str, currency: str) -> int:
    """Convert typed text to minor units of `currency`. Raises ValidationError with the reason."""
    try:
        return money.parse(text, currency)
    except money.BadAmount as error:
        messages = {
            "number": _("Write an amount, like 3,000."),
            "negative": _("The amount cannot be negative."),
            "decimals": _("%(currency)s has fewer decimal places.") % {"currency": currency},
            "large": _("This amount is too large."),
        }
        raise forms.ValidationError(messages[error.code]) from None


class DurationField(forms.CharField):
    """Accepts a duration such as 1:30, 1.5 or 90m. The cleaned value is in whole minutes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Like 1:30, 1.5 or 90m."))
        super().__init__(max_length=12, **kwargs)

    def clean(self, value: Any) -> Any:
        """The minutes of what was typed; 0 for nothing."""
        text = super().clean(value)
        if not text:
            return 0
        try:
            return parse_minutes(text)
        except BadDuration:
            raise forms.ValidationError(_("Write a time, like 1:30, 1.5 or 90m.")) from None


class LinesField(forms.CharField):
    """Accepts one item per line. The cleaned value is a list of lines without the blank ones."""

    def __init__(self, *, lines: int = LINES_MAX, length: int = LINE_MAX, **kwargs: Any) -> None:
        self.limits = {"lines": lines, "length": length}
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 4}), max_length=lines * (length + 2), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """The lines that are not empty, without spaces that show nothing."""
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        items = [line for line in lines if line]
        if len(items) > self.limits["lines"] or any(
            len(line) > self.limits["length"] for line in items
        ):
            raise forms.ValidationError(
                _("At most %(lines)s lines of %(length)s characters.") % self.limits
            )
        return items


class CountedLinesField(LinesField):
    """Accepts one deliverable per line, such as "20 posts".

    The cleaned value is a list of {"title", "promised"}. A line without a number is promised once.
    """

    def clean(self, value: Any) -> Any:
        """The deliverables: a title, and how many of it a number in front promises."""
        deliverables = []
        for line in super().clean(value):
            # "20 posts", "20 x posts" and "20 × posts" all mean 20.
            match = re.fullmatch(r"(\d{1,4})\s*[×x]?\s+(.+)", line)
            count, title = (int(match[1]), match[2]) if match else (1, line)
            if not count:
                raise forms.ValidationError(_("A number in front of a deliverable is one or more."))
            deliverables.append({"title": title, "promised": count})
        return deliverables
