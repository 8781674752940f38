"""What can be read of a proposal's forms while they are still being filled in, and what cannot."""

from contextlib import suppress
from typing import Any

from django import forms
from django.http import QueryDict

from agreements.models import Tier
from agreements.proposals import lifecycle
from agreements.proposals.drafting import draft_rules
from agreements.proposals.lifecycle import MANY_TO_MANY
from agreements.proposals.page import section_pictures
from agreements.proposals.typed_draft import Entry
from agreements.rules.cumulative_tiers import TierDraft
from core import money
from core.documents.pictures import Picture
from core.errors import RuleError
from dashboard.form_fields import parse_amount
from dashboard.proposals.forms.as_posted import label_of
from dashboard.proposals.forms.proposal import ProposalForms
from dashboard.proposals.forms.terms import ProposalForm, TierForm

#: Fields of the form that are about saving it, not about the proposal.
UNTYPED = ("csrfmiddlewaretoken", "once", "tab", "count", "final", "revision")


def read_entry(forms_: ProposalForms, data: QueryDict) -> Entry:
    """What these forms, filled with `data`, save. Everything that is wrong is said at its field."""
    uploaded = _kept_pictures(forms_)
    cleaned = forms_.read()
    if cleaned is not None:
        terms = {name: value for name, value in cleaned.items() if name != "tiers"}
        try:
            draft_rules.require_complete(
                business=forms_.business, tiers=cleaned["tiers"], terms=terms
            )
        except RuleError as error:
            forms_.refuse(error)
        typed = _as_typed(data) if any(form.errors for form in forms_.in_use) else {}
        return Entry(terms, cleaned["tiers"], typed, uploaded)
    return Entry(_readable_terms(forms_), _readable_tiers(forms_), _as_typed(data), uploaded)


def faults(forms_: ProposalForms) -> list[dict[str, str]]:
    """What is wrong, for the script: the field's name and label, and the sentence."""
    found = []
    for form in forms_.in_use:
        for name, messages in form.errors.items():
            is_field = name in form.fields
            label = label_of(form, name) if is_field else ""
            field = form[name].html_name if is_field else ""
            found.append({"name": field, "label": label, "message": " ".join(map(str, messages))})
    return found


def uploads(forms_: ProposalForms) -> dict[str, str]:
    """The name of each picture that came with this save, by the prefix of its section."""
    return {
        str(form.prefix): form.fresh["picture"] for form in forms_.content.sections if form.fresh
    }


def _kept_pictures(forms_: ProposalForms) -> dict[str, dict[str, int]]:
    """Keep the new pictures; all that a section may show from now on, with their sizes."""
    known: dict[str, dict[str, int]] = {}
    for form in forms_.content.sections:
        known |= form.known
        form.is_valid()
        picture = form.cleaned_data.get("picture")
        if isinstance(picture, Picture):
            form.fresh = section_pictures.kept(picture)
    fresh = [form.fresh for form in forms_.content.sections if form.fresh]
    return {**known, **section_pictures.sizes(fresh)}


def _as_typed(data: QueryDict) -> dict[str, list[str]]:
    """Everything that was typed. A database cannot hold the character NUL."""
    return {
        name.replace("\x00", ""): [text.replace("\x00", "") for text in texts]
        for name, texts in data.lists()
        if name not in UNTYPED
    }


def _readable_terms(forms_: ProposalForms) -> dict[str, Any]:
    """The fields of a proposal that can be read; for a new one with the usual values of others."""
    form = forms_.form
    names = [*ProposalForm.Meta.fields, "contact", *MANY_TO_MANY]
    terms = _cleaned(form, names)
    if forms_.proposal is None:
        # Of the contact the field has the id alone; the view knows whom to take (NewProposal).
        others = [name for name in names if name != "contact"]
        usual = {name: form.get_initial_for_field(form.fields[name], name) for name in others}
        terms = {name: value for name, value in usual.items() if value is not None} | terms
    currency = _currency(forms_)
    terms |= forms_.content.terms() | _readable_text(forms_, currency)
    terms["extras"] = forms_.extras.readable(currency)
    terms["value_adds"] = [
        row for row in (form.row() for form in forms_.adds if form.is_valid()) if row
    ]
    return terms


def _readable_text(forms_: ProposalForms, currency: str) -> dict[str, Any]:
    """The fields about the agreement's text that can be read."""
    text = forms_.text
    if not text.errors:
        try:
            return text.terms(currency)
        except forms.ValidationError as error:
            text.add_error("overage_fee", error)
    names = ("is_bilingual", "service", "governing_law", "kpis", "expectations", "competitors")
    return _cleaned(text, names)


def _readable_tiers(forms_: ProposalForms) -> list[TierDraft] | None:
    """The tiers that can be read; what cannot be read of one stays as it was."""
    stored = lifecycle.tiers_of(forms_.proposal) if forms_.proposal else []
    by_name = {tier.name: tier for tier in stored}
    # Validation has written to the proposal already; the form knows what is stored.
    is_same = forms_.form.initial.get("currency") == _currency(forms_)
    tiers = []
    for place, form in enumerate(forms_.tiers):
        form.is_valid()
        if place and not (form["name"].value() or form["fee"].value()):
            continue
        same_place = next(iter(stored[place:]), None)
        before = by_name.get(str(form["name"].value()), same_place)
        if tier := _readable_tier(form, before, _currency(forms_), is_same=is_same):
            tiers.append(tier)
    return tiers or None


def _readable_tier(
    form: TierForm, before: Tier | None, currency: str, *, is_same: bool
) -> TierDraft | None:
    """A tier of the form; None where it has neither a readable name and fee, nor had one before."""
    values: dict[str, Any] = {} if before is None else lifecycle.content_of(before)
    values |= {} if is_same else {"amount": 0}  # a sum of another currency is none of this one
    read = _cleaned(form, form.fields)
    values |= {name: read[name] for name in read if name not in ("name", "fee", "hours")}
    values |= {"name": read["name"]} if read.get("name") else {}
    values |= {"minutes": read["hours"]} if "hours" in read else {}
    with suppress(forms.ValidationError):
        values |= {"amount": fee} if (fee := parse_amount(read.get("fee", ""), currency)) else {}
    return TierDraft(**values) if values.get("name") and values.get("amount") else None


def _cleaned(form: forms.BaseForm, names: Any) -> dict[str, Any]:
    """The values of these fields that can be read."""
    data = form.cleaned_data
    return {name: data[name] for name in names if name in data and name not in form.errors}


def _currency(forms_: ProposalForms) -> str:
    """The currency of the fees; while none is chosen, the one of the proposal or the business."""
    chosen = str(forms_.form["currency"].value())
    before = forms_.proposal.currency if forms_.proposal else forms_.business.currency
    return chosen if chosen in money.CURRENCIES else before
