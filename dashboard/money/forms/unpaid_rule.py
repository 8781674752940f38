"""The form of the rule for unpaid periods."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models.unpaid import UnpaidAction

MOST = 12


class UnpaidRuleForm(forms.Form):
    """After how many unpaid periods what follows; 0 is never."""

    after = forms.IntegerField(
        label=_("After how many unpaid periods"),
        min_value=0,
        max_value=MOST,
        help_text=_("Periods whose due date has passed. 0: nothing follows."),
    )
    action = forms.ChoiceField(
        label=_("What follows"), choices=UnpaidAction.choices, widget=forms.RadioSelect
    )
