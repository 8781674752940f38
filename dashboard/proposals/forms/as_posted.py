"""A proposal's forms as a browser would send them, and where two of them differ."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.form_fields import DurationField, MoneyField
from dashboard.proposals.forms.proposal import ProposalForms
from dashboard.proposals.forms.terms import TierForm


def as_posted(forms_: ProposalForms) -> QueryDict:
    """What a browser sends if the forms are posted as they are shown."""
    data = QueryDict(mutable=True)
    for form in _all_forms(forms_):
        for name in form.fields:
            data.setlist(form[name].html_name, _texts(form[name]))
    return data


def differences(stored: ProposalForms, posted: QueryDict) -> list[dict[str, str]]:
    """The fields in which what is stored is not what is posted: their label, and what is there."""
    rows = []
    for form in stored.everything:
        for name, field in form.fields.items():
            bound = form[name]
            if field.widget.is_hidden or isinstance(field, forms.FileField) or name == "keep_as":
                continue
            there, here = _plain(_texts(bound)), _plain(posted.getlist(bound.html_name))
            if isinstance(field, MoneyField | DurationField):
                there, here = [_number(text) for text in there], [_number(text) for text in here]
            if there != here:
                rows.append({"label": label_of(form, name), "there": _shown(bound)})
    return rows


def label_of(form: forms.BaseForm, name: str) -> str:
    """The label of a field, with its number where several forms of the page have the same."""
    label, number = str(form[name].label), str(form.prefix or "").rpartition("-")[2]
    if not number.isdigit():
        return label
    if isinstance(form, TierForm):
        return _("Tier %(n)s: %(field)s") % {"n": int(number) + 1, "field": label}
    return f"{label} ({int(number) + 1})"


def _all_forms(forms_: ProposalForms) -> list[forms.BaseForm]:
    return [forms_.tiers.management_form, *forms_.everything]


def _texts(bound: forms.BoundField) -> list[str]:
    """The texts that the field sends."""
    widget, value = bound.field.widget, bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    if isinstance(widget, forms.FileInput):
        return []
    shown: Any = widget.format_value(value)
    if isinstance(shown, list | tuple):
        return [str(one) for one in shown]
    return ["" if shown is None else str(shown)]


def _plain(texts: list[str]) -> list[str]:
    """Texts without what a browser changes: line breaks, and empty fields that it leaves out."""
    return [text.replace("\r\n", "\n").strip() for text in texts if text.strip()]


def _number(text: str) -> str:
    """A sum or a duration as it can be compared: "$5,000.00" is "5000", and "20:00" is "20"."""
    return re.sub(r"[.:]00$", "", re.sub(r"[^\w.:-]", "", text))


def _shown(bound: forms.BoundField) -> str:
    """What a person reads in the field."""
    texts, field = _texts(bound), bound.field
    if isinstance(field.widget, forms.CheckboxInput):
        return _("Yes") if texts else _("No")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        labels = dict(_flat(field.choices))
        texts = [labels.get(text, text) for text in texts]
    return ", ".join(text for text in texts if text) or "—"


def _flat(choices: Any) -> list[tuple[str, str]]:
    """Choices without their groups."""
    rows: list[tuple[str, str]] = []
    for code, label in choices:
        rows += _flat(label) if isinstance(label, list | tuple) else [(str(code), str(label))]
    return rows
