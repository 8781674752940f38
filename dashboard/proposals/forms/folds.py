"""The folded parts of the page on which a proposal is written, each with its values in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.rules.terms import Renews, Rollover
from core import formats
from dashboard.agreements.forms.wording import ContractTextForm
from dashboard.proposals.forms.proposal import ProposalForms

OFFER = ("title", "contact", "language", "currency", "interval", "collect_by")
TERMS = ("starts_on", "expires_on", "ends_on", "notice_days", "minimum_months", "renews")
UNUSED = ("rollover", "rollover_percent", "rollover_periods")
REPORTS = ("report_days", "report_unreviewed")
TRIAL = ("trial_measure", "credits_trial")
SHOWN = ("testimonials", "shows_openings")
TEXT = ("wording", "service", "governing_law", "is_bilingual")
DETAILS = ("kpis", "expectations", "competitors", "overage_fee", "overage_hours")
SIGNERS = ("cosigners", "in_order", "countersigns")


@dataclass(frozen=True)
class Fold:
    """One folded part: its values in words, and whether it is open because one was refused."""

    said: str
    is_open: bool


def folds(forms_: ProposalForms) -> dict[str, Fold]:
    """Every folded part of the page by its name."""
    form, text = forms_.form, forms_.text
    adds = [row for row in forms_.adds if row["title"].value()]
    return {
        "offer": Fold(_offer(form), _refused(form, OFFER)),
        "terms": Fold(_terms(form), _refused(form, TERMS)),
        "unused": Fold(_unused(form), _refused(form, UNUSED)),
        "reports": Fold(_reports(form), _refused(form, REPORTS)),
        "trial": Fold(_trial(form, forms_.next), _refused(form, TRIAL) or bool(forms_.next.errors)),
        "shown": Fold(_shown(form), _refused(form, SHOWN)),
        "text": Fold(_text(text), _refused(text, TEXT)),
        "details": Fold(_details(text), _refused(text, DETAILS)),
        "adds": Fold(
            ", ".join(str(row["title"].value()) for row in adds) or _("nothing"),
            any(row.errors for row in forms_.adds),
        ),
        "signers": Fold(_signers(form), _refused(form, SIGNERS)),
        **_page_folds(forms_),
    }


def _page_folds(forms_: ProposalForms) -> dict[str, Fold]:
    """What only the proposal's page shows, and what the client may add to a tier."""
    content, extras = forms_.content, forms_.extras.rows
    goals = str(content.goals["goals"].value() or "").splitlines()
    questions = [*_titles(content.questions, "question"), *(content.goals["usual"].value() or [])]
    return {
        "goals": Fold(_named(goals), _refused(content.goals, ["goals"])),
        "sections": Fold(
            _named(_titles(content.sections, "title")), any(row.errors for row in content.sections)
        ),
        "questions": Fold(
            ngettext("%(n)s question", "%(n)s questions", len(questions)) % {"n": len(questions)},
            _refused(content.goals, ["usual"]) or any(row.errors for row in content.questions),
        ),
        "extras": Fold(_named(_titles(extras, "title")), any(row.errors for row in extras)),
    }


def _titles(rows: Iterable[forms.BaseForm], name: str) -> list[str]:
    return [str(row[name].value()) for row in rows if row[name].value()]


def _named(titles: Iterable[str]) -> str:
    """The titles of what is filled in, in one line."""
    return ", ".join(title.strip() for title in titles if title.strip()) or _("nothing")


def tier_folds(tiers: Iterable[Any]) -> list[tuple[Any, Fold]]:
    """Each tier's form with its folded part: all but the fee and the hours."""
    return [(form, Fold(_tier(form), _is_tier_refused(form))) for form in tiers]


def _is_tier_refused(form: Any) -> bool:
    return bool(set(form.errors) - {"fee", "hours"})


def _refused(form: forms.BaseForm, names: Iterable[str]) -> bool:
    return any(name in form.errors for name in names)


def _label(form: forms.BaseForm, name: str) -> str:
    """The chosen option of a select field, as it is shown."""
    value = str(form[name].value() or "")
    for code, shown in form.fields[name].choices:  # type: ignore[attr-defined]
        if isinstance(shown, list | tuple):
            found = next((label for key, label in shown if str(key) == value), None)
        else:
            found = shown if str(code) == value else None
        if found is not None:
            return str(found)
    return ""


def _cleaned(form: forms.BaseForm, name: str) -> Any:
    """A field's value; None if it is empty or cannot be read."""
    try:
        return form.fields[name].to_python(form[name].value())
    except forms.ValidationError:
        return None


def _offer(form: forms.BaseForm) -> str:
    person = _label(form, "contact")
    parts = [
        str(form["title"].value() or ""),
        _("for %(name)s") % {"name": person} if person else "",
        _label(form, "language"),
        str(form["currency"].value() or ""),
        _label(form, "interval"),
        _label(form, "collect_by"),
    ]
    return " · ".join(part for part in parts if part)


def _terms(form: forms.BaseForm) -> str:
    starts, ends = _cleaned(form, "starts_on"), _cleaned(form, "ends_on")
    expires, months = _cleaned(form, "expires_on"), _cleaned(form, "minimum_months")
    days = _cleaned(form, "notice_days")
    parts = [_("from %(day)s") % {"day": formats.day(starts)}] if starts else []
    if ends:
        parts.append(_("ends on %(day)s") % {"day": formats.day(ends)})
    if months:
        text = ngettext("1 month minimum", "%(n)s months minimum", months)
        parts.append(text % {"n": months})
    if days is not None:
        parts.append(ngettext("%(n)s day's notice", "%(n)s days' notice", days) % {"n": days})
    if (form["renews"].value() or Renews.NO) != Renews.NO:
        parts.append(_label(form, "renews"))
    if expires:
        parts.append(_("open until %(day)s") % {"day": formats.day(expires)})
    return ", ".join(parts)


def _unused(form: forms.BaseForm) -> str:
    if (form["rollover"].value() or Rollover.NONE) == Rollover.NONE:
        return _label(form, "rollover")
    facts = {
        "kind": _label(form, "rollover"),
        "percent": formats.percent(_cleaned(form, "rollover_percent") or 0),
    }
    return _("%(kind)s, at most %(percent)s") % facts


def _reports(form: forms.BaseForm) -> str:
    days = _cleaned(form, "report_days") or 5
    text = ngettext("within one day of a period's end", "within %(n)s days of a period's end", days)
    return text % {"n": days}


def _trial(form: forms.BaseForm, following: forms.BaseForm) -> str:
    if tier := following["name"].value():
        return _("then %(tier)s") % {"tier": tier}
    return str(form["trial_measure"].value() or _("no trial"))


def _shown(form: forms.BaseForm) -> str:
    count = len(form["testimonials"].value() or [])
    text = ngettext("%(n)s testimonial", "%(n)s testimonials", count) % {"n": count}
    parts = [text if count else _("no testimonials")]
    if form["shows_openings"].value():
        parts.append(_("how many places are free"))
    return ", ".join(parts)


def _text(form: ContractTextForm) -> str:
    law = form.law_name
    parts = [
        _label(form, "wording"),
        _label(form, "service").replace("—", ""),
        _("law of %(place)s") % {"place": law} if law else _("no governing law"),
        _("in two languages") if form["is_bilingual"].value() else "",
    ]
    return " · ".join(part for part in parts if part)


def _details(form: forms.BaseForm) -> str:
    """How many lines the optional clauses have."""
    goals = len([line for line in str(form["kpis"].value() or "").splitlines() if line.strip()])
    parts = [ngettext("%(n)s goal", "%(n)s goals", goals) % {"n": goals} if goals else ""]
    parts += [_("exclusivity") if form["competitors"].value() else ""]
    parts += [_("fee for extra hours") if form["overage_fee"].value() else ""]
    return ", ".join(part for part in parts if part) or _("nothing")


def _signers(form: forms.BaseForm) -> str:
    parts = [_("%(name)s signs") % {"name": _label(form, "contact")}]
    if others := len(form["cosigners"].value() or []):
        parts.append(
            ngettext("%(n)s other person signs", "%(n)s other people sign", others) % {"n": others}
        )
    by_sending = _("sending the proposal is your signature")
    parts.append(_("you sign last") if form["countersigns"].value() else by_sending)
    return ", ".join(parts)


def _tier(form: Any) -> str:
    """A tier in words: "Growth · recommended · 4 services · answers within 24 h"."""
    name = str(form["name"].value() or "")
    if not name:
        return _("not offered")
    services = len([line for line in str(form["adds"].value() or "").splitlines() if line.strip()])
    text = ngettext("%(n)s service", "%(n)s services", services)
    parts = [
        name,
        _("recommended") if form["is_recommended"].value() else "",
        text % {"n": services} if services else "",
    ]
    return " · ".join(part for part in parts if part)
