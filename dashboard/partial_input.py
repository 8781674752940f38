"""Read a proposal form that is still being filled in: only the valid fields count."""

from django import forms
from django.http import QueryDict

from agreements.rules.pricing import TierFigures
from core import formats, money
from dashboard.agreements.forms.wording import ValueAddForm
from dashboard.form_fields import parse_amount
from dashboard.proposals.forms.proposal import ADDS, TIERS
from dashboard.proposals.forms.terms import TierForm


def readable_tiers(data: QueryDict, currency: str) -> list[TierFigures]:
    """The tiers that already have a valid fee, in the order of the form."""
    rungs = []
    for position in range(TIERS):
        form = TierForm(data, prefix=f"tier-{position}")
        form.is_valid()
        fee = _fee(form.cleaned_data.get("fee", ""), currency)
        if fee:
            name = form.cleaned_data.get("name") or formats.number(position + 1)
            rungs.append(TierFigures(name, fee, form.cleaned_data.get("hours") or 0))
    return rungs


def value_add_minutes(data: QueryDict) -> int:
    """Minutes per period that the value-adds in the form cost the freelancer."""
    forms_ = [ValueAddForm(data, prefix=f"add-{position}") for position in range(ADDS)]
    return sum(
        form.cleaned_data.get("minutes") or 0
        for form in forms_
        if form.is_valid() or form.cleaned_data
    )


def _fee(text: str, currency: str) -> int:
    """The fee in minor units; 0 if it cannot be read yet."""
    try:
        return parse_amount(text, currency) if currency in money.CURRENCIES else 0
    except forms.ValidationError:
        return 0
