"""The form of the fit check: five questions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import FitCheck
from clients.models.sales import ANSWERS
from clients.rules.fit import Question


class FitForm(forms.ModelForm):
    """Each question is answered with yes, no, or not known yet. None is required."""

    class Meta:
        model = FitCheck
        fields = [question.value for question in Question]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in Question:
            label = FitCheck._meta.get_field(question.value).verbose_name  # type: ignore[union-attr]
            choices = [*ANSWERS, ("", _("Not known yet"))]
            self.fields[question.value] = forms.ChoiceField(
                label=label, choices=choices, required=False, widget=forms.RadioSelect
            )
