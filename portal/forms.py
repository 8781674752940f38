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
    consent = forms.BooleanField(error_messages={"required": _("Please agree to sign electronically.")})

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["consent"].label = consent_text()
        self.fields["name"].widget.attrs["autocomplete"] = "name"


class CodeForm(forms.Form):
    """The six digits from the email."""

    code = forms.CharField(
        label=_("Code from the email"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "rh-code", "autofocus": True}
        ),
    )


class DeclineForm(forms.Form):
    """Why the client says no; it may stay empty."""

    reason = forms.CharField(
        label=_("What is missing?"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
