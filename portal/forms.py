"""Forms of the client portal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.contract.clauses import consent_text
from core.documents.printable_text import PrintableForm
from core.web.strict_json import StrictDecoder
from delivery.requests.request_messages import LONGEST


class LinkRequestForm(forms.Form):
    """The email address to which a new link is sent."""

    email = forms.EmailField(label=_("Your email"), max_length=254)


class SignForm(PrintableForm, forms.Form):
    """A typed name, an optional drawn signature, and consent to sign electronically."""

    name = forms.CharField(label=_("Your full name"), max_length=120, strip=True)
    strokes = forms.JSONField(
        required=False,
        decoder=StrictDecoder,
        widget=forms.HiddenInput(attrs={"data-strokes": ""}),
    )
    consent = forms.BooleanField(
        error_messages={"required": _("Please agree to sign electronically.")}
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["consent"].label = consent_text()
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean_strokes(self) -> list[list[list[int]]]:
        """The drawn signature: lines of points on a canvas of 600 × 200. Raises ValidationError."""
        lines = self.cleaned_data["strokes"] or []
        if not is_drawing(lines):
            raise forms.ValidationError(_("This drawing cannot be read. Please draw it again."))
        return lines


def is_drawing(lines: object) -> bool:
    """Whether the value is a list of lines of [x, y]: at most 80 lines and 4,000 points."""
    if (
        not isinstance(lines, list)
        or len(lines) > 80
        or not all(isinstance(line, list) for line in lines)
    ):
        return False
    points = [point for line in lines for point in line]
    return len(points) <= 4000 and all(
        isinstance(point, list)
        and len(point) == 2
        and all(
            # bool is a subclass of int, and True is no coordinate.
            type(coordinate) is int and 0 <= coordinate <= limit
            for coordinate, limit in zip(point, (600, 200), strict=True)
        )
        for point in points
    )


class ReassignForm(PrintableForm, forms.Form):
    """The person who signs instead."""

    name = forms.CharField(label=_("Their full name"), max_length=120, strip=True)
    email = forms.EmailField(label=_("Their email"), max_length=254)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.auto_id = "instead_%s"


class CodeForm(forms.Form):
    """The six-digit code from the email."""

    code = forms.CharField(
        label=_("Code from the email"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "rh-code",
                "autofocus": True,
            }
        ),
    )


class NoticeForm(forms.Form):
    """The first day that the agreement should no longer cover, and an optional reason."""

    ends_on = forms.DateField(
        label=_("First day without it"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Why? It helps us to do better"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(forms.Form):
    """An optional reason for declining."""

    reason = forms.CharField(
        label=_("What is missing?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuestionForm(PrintableForm, forms.Form):
    """A question about a proposal."""

    unprinted = ("text",)
    text = forms.CharField(
        label=_("Your question"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        strip=True,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.auto_id = "ask_%s"


class ForwardForm(PrintableForm, forms.Form):
    """The colleague to whom a proposal is forwarded."""

    name = forms.CharField(label=_("Their full name"), max_length=120, strip=True)
    email = forms.EmailField(label=_("Their email"), max_length=254)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.auto_id = "forward_%s"


#: How long a request may take, in the client's estimate: minutes and label.
LENGTHS = [
    ("", _("I cannot say")),
    (30, _("half an hour")),
    (60, _("an hour")),
    (120, _("2 hours")),
    (240, _("half a day")),
    (480, _("a day")),
    (960, _("2 days")),
]


class RequestForm(forms.Form):
    """What the client needs. The retainer is asked for only if there are several."""

    text = forms.CharField(
        label=_("What do you need?"),
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        help_text=_("Write as you would say it on the phone. The first line becomes the title."),
    )
    agreement: Any = forms.ModelChoiceField(
        label=_("Which retainer?"), queryset=None, empty_label=None
    )
    estimate = forms.TypedChoiceField(
        label=_("About how long does it take?"),
        choices=LENGTHS,
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, agreements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements  # type: ignore[attr-defined]
        if len(agreements) == 1:
            self.fields["agreement"].widget = forms.HiddenInput()
            self.fields["agreement"].initial = agreements[0].pk


class MessageForm(forms.Form):
    """Another message about a request."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ChangeForm(forms.Form):
    """What should be changed of something that was delivered."""

    text = forms.CharField(
        label=_("What should change?"),
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def errors_of(form: forms.BaseForm) -> list[str]:
    """Every error message of a form, for the top of the next page."""
    return [str(error) for errors in form.errors.values() for error in errors]
