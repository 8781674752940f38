"""What a client types in the portal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.clauses import consent_text
from core.printable import PrintableForm


class AskForm(forms.Form):
    """Ask for a fresh link."""

    email = forms.EmailField(label=_("Your email"), max_length=254)


class SignForm(PrintableForm, forms.Form):
    """A typed name and the consent."""

    name = forms.CharField(label=_("Your full name"), max_length=120, strip=True)
    strokes = forms.JSONField(required=False, widget=forms.HiddenInput(attrs={"data-strokes": ""}))
    consent = forms.BooleanField(error_messages={"required": _("Please agree to sign electronically.")})

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["consent"].label = consent_text()
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean_strokes(self) -> list[list[list[int]]]:
        """Lines of points on a sheet of 600 × 200; anything else was not drawn on our page."""
        lines = self.cleaned_data["strokes"] or []
        if not is_drawing(lines):
            raise forms.ValidationError(_("This drawing cannot be read. Please draw it again."))
        return lines


def is_drawing(lines: object) -> bool:
    """Whether it is a list of lines of points [x, y], whole numbers, and not too many."""
    if not isinstance(lines, list) or len(lines) > 80 or not all(isinstance(line, list) for line in lines):
        return False
    points = [point for line in lines for point in line]
    return len(points) <= 4000 and all(
        isinstance(point, list)
        and len(point) == 2
        and all(type(at) is int and 0 <= at <= end for at, end in zip(point, (600, 200), strict=True))
        for point in points
    )


class InsteadForm(PrintableForm, forms.Form):
    """Who signs instead."""

    name = forms.CharField(label=_("Their full name"), max_length=120, strip=True)
    email = forms.EmailField(label=_("Their email"), max_length=254)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.auto_id = "instead_%s"


class CodeForm(forms.Form):
    """The six digits from the email."""

    code = forms.CharField(
        label=_("Code from the email"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "rh-code", "autofocus": True}
        ),
    )


class NoticeForm(forms.Form):
    """The day on which an agreement should end, and why; the reason may stay empty."""

    ends_on = forms.DateField(
        label=_("First day without it"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Why? It helps us to do better"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(forms.Form):
    """Why the client says no; it may stay empty."""

    reason = forms.CharField(
        label=_("What is missing?"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class QuestionForm(PrintableForm, forms.Form):
    """What the client wants to know before picking."""

    unprinted = ("text",)
    text = forms.CharField(
        label=_("Your question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.auto_id = "ask_%s"


class ForwardForm(PrintableForm, forms.Form):
    """A colleague who has a say."""

    name = forms.CharField(label=_("Their full name"), max_length=120, strip=True)
    email = forms.EmailField(label=_("Their email"), max_length=254)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.auto_id = "forward_%s"
