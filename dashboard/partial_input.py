"""Reads a form that is still being written: what can be read counts, the rest is left for later."""

from django import forms
from django.http import QueryDict

from agreements.rules.pricing import Rung
from core import formats, money
from dashboard.agreements.forms.wording import ValueAddForm
from dashboard.form_fields import amount
from dashboard.proposals.forms.proposal import ADDS, TIERS
from dashboard.proposals.forms.terms import TierForm


def rungs_of(data: QueryDict, currency: str) -> list[Rung]:
    """The tiers that have a fee by now."""
    found = []
    for place in range(TIERS):
        form = TierForm(data, prefix=f"tier-{place}")
        form.is_valid()
        fee = _fee(form.cleaned_data.get("fee", ""), currency)
        if fee:
            name = form.cleaned_data.get("name") or formats.number(place + 1)
            found.append(Rung(name, fee, form.cleaned_data.get("hours") or 0))
    return found


def added_minutes(data: QueryDict) -> int:
    """What the value-adds cost in each period."""
    forms_ = [ValueAddForm(data, prefix=f"add-{place}") for place in range(ADDS)]
    return sum(
        one.cleaned_data.get("minutes") or 0 for one in forms_ if one.is_valid() or one.cleaned_data
    )


def _fee(text: str, currency: str) -> int:
    try:
        return amount(text, currency) if currency in money.CURRENCIES else 0
    except forms.ValidationError:
        return 0
