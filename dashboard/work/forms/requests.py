"""Forms about clients' requests: answer one, with or without a handover, and estimate its time."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from dashboard.form_fields import DurationField
from dashboard.work.forms.deliverables import link_field
from delivery.models import Deliverable
from delivery.requests.request_messages import LONGEST


class AnswerForm(PrintableForm, forms.Form):
    """An answer, and a link or a file. The pressed button decides the request's next state."""

    unprinted = ("text", "url")
    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    url = link_field()
    file = forms.FileField(
        label=_("or a file"), required=False, max_length=400, help_text=_("Up to 20 MB.")
    )
    deliverable = forms.ModelChoiceField(
        label=_("Counts towards"),
        required=False,
        queryset=Deliverable.objects.none(),
        empty_label=_("nothing promised: list it separately"),
    )

    def __init__(self, *args: Any, deliverables: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deliverable"].queryset = deliverables  # type: ignore[attr-defined]

    @property
    def has_handover(self) -> bool:
        """Whether a link or a file is handed over with the answer."""
        return bool(self.cleaned_data.get("url") or self.cleaned_data.get("file"))


class EstimateForm(forms.Form):
    """How long a request will take; empty if the freelancer gives no estimate."""

    minutes = DurationField(label=_("Takes about"), required=False)
