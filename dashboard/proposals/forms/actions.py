"""Forms about a sent proposal (extend, answer a question), and about testimonials."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models import Testimonial
from clients.testimonials import LARGEST
from core.documents import pictures
from core.documents.printable_text import PrintableForm


class ExtendForm(forms.Form):
    """The new last day of a proposal; two weeks after the day `after` is suggested."""

    until = forms.DateField(
        label=_("Open until"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, after: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("until", after + timedelta(days=14))


class AnswerForm(PrintableForm, forms.Form):
    """The answer to a client's question."""

    unprinted = ("text",)
    text = forms.CharField(
        label=_("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class TestimonialForm(PrintableForm, forms.ModelForm):
    """Who said what, and the reference letter or video that proves it."""

    file = forms.FileField(
        label=_("Reference letter (PDF)"), required=False, help_text=_("10 MB at most.")
    )

    photo = forms.FileField(
        label=_("Photo of the person"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP, 10 MB at most."),
    )
    removes_photo = forms.BooleanField(label=_("Remove the photo"), required=False)

    video_url = forms.URLField(
        label=_("Address of a video"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("The page with the video: https://…"),
    )

    class Meta:
        model = Testimonial
        fields = ["author", "role", "quote", "video_url"]
        widgets = {"quote": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.photo:
            del self.fields["removes_photo"]

    def clean_video_url(self) -> str:
        """The video's address. Raises ValidationError if it is not https."""
        address: str = self.cleaned_data["video_url"]
        if address and not address.startswith("https://"):
            raise forms.ValidationError(gettext("The address has to begin with https://."))
        return address

    def clean_file(self) -> Any:
        """The reference letter. Raises ValidationError if it is too large."""
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST:
            raise forms.ValidationError(gettext("A reference letter may be 10 MB large at most."))
        return file

    def clean_photo(self) -> Any:
        """The photo, redrawn; None if none was chosen. Raises ValidationError."""
        upload = self.cleaned_data["photo"]
        return pictures.redrawn(upload, face=True) if upload else None

    def values(self) -> dict[str, Any]:
        """The cleaned data as keyword arguments for saving.

        `letter` holds the file's bytes, or None if no file was uploaded.
        """
        data = dict(self.cleaned_data)
        file = data.pop("file")
        return {**data, "letter": file.read() if file else None}


class CopyForm(forms.Form):
    """For which clients a proposal is copied."""

    def __init__(self, *args: Any, clients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clients"] = forms.ModelMultipleChoiceField(
            queryset=clients,
            label=_("Clients"),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one client.")},
        )
