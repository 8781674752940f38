"""The search over all settings: by label, help and other words for it, in every language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django import forms
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.gateways import registry
from core import languages
from core.models import Business
from core.outbox import worded_kinds
from core.search import terms
from dashboard.settings.data_protection_form import DataProtectionForm
from dashboard.settings.forms import (
    AimsPageForm,
    BankForm,
    BusinessForm,
    FrontPageForm,
    LookForm,
    OwnerEmailsForm,
    TaxBasisForm,
    YouForm,
)
from dashboard.settings.subjects import SUBJECTS, Subject

LIKE = 0.6  # of the trigrams of a word that was typed with a slip must occur in a label
MOST = 12  # settings listed


@dataclass(frozen=True)
class Setting:
    """A setting: where it is, what it is called, what it changes, and other words for it."""

    subject: Subject
    label: str | Promise
    anchor: str = ""
    help: str | Promise = ""
    words: str | Promise = ""
    page: str = ""  # its address, if not that of the subject

    @property
    def detail(self) -> str:
        """What is said below its name: its subject, and what it changes."""
        parts = (self.subject.name if self.subject.name != self.label else "", self.help)
        return ": ".join(str(part) for part in parts if part)

    @property
    def url(self) -> str:
        """The address that leads to the field."""
        return (self.page or self.subject.url) + (f"#{self.anchor}" if self.anchor else "")


BY_PAGE = {subject.page: subject for subject in SUBJECTS}

#: The forms of the settings, by their page. Each of their fields is found.
FORMS: tuple[tuple[str, type[forms.Form] | type[forms.ModelForm]], ...] = (
    ("settings_business", BusinessForm),
    ("you", YouForm),
    ("settings_hours", AimsPageForm),
    ("paying", BankForm),
    ("paying", TaxBasisForm),
    ("settings_documents", LookForm),
    ("public_page", FrontPageForm),
    ("data_protection", DataProtectionForm),
)

#: What else is set there: (page, label, anchor, other words).
OTHERS: tuple[tuple[str, str | Promise, str, str | Promise], ...] = (
    (
        "you",
        _("Email address"),
        "sign-in",
        pgettext_lazy("words of the search", "sign in login account"),
    ),
    (
        "you",
        _("Password"),
        "sign-in",
        pgettext_lazy("words of the search", "sign in login account"),
    ),
    (
        "you",
        _("Second factor and passkeys"),
        "sign-in",
        pgettext_lazy("words of the search", "two-factor 2FA authenticator recovery codes"),
    ),
    (
        "settings_hours",
        _("Public holidays"),
        "holidays",
        pgettext_lazy("words of the search", "bank holidays days off vacation country"),
    ),
    (
        "paying",
        _("Taxes"),
        "p1",
        pgettext_lazy("words of the search", "VAT GST sales tax rate percent"),
    ),
    (
        "settings_documents",
        _("Numbers"),
        "p2",
        pgettext_lazy(
            "words of the search", "invoice number pattern sequence prefix receipt credit note"
        ),
    ),
    (
        "exports",
        _("Export everything"),
        "",
        pgettext_lazy("words of the search", "backup download zip"),
    ),
    ("api", _("Make a key"), "new", pgettext_lazy("words of the search", "token secret")),
)

#: Other words by which a field is looked for.
OTHER_WORDS: dict[str, str | Promise] = {
    "time_zone": pgettext_lazy("words of the search", "timezone clock"),
    "currency": pgettext_lazy("words of the search", "money"),
    "asks_approval": pgettext_lazy("words of the search", "approval deliverables sign-off accept"),
    "tax_id": pgettext_lazy("words of the search", "VAT number"),
    "logo": pgettext_lazy("words of the search", "picture brand"),
    "accent": pgettext_lazy("words of the search", "color brand design"),
    "account": pgettext_lazy("words of the search", "IBAN transfer"),
    "bic": "SWIFT",
    "capacity": pgettext_lazy("words of the search", "availability workload"),
    "tax_on_payment": pgettext_lazy("words of the search", "tax invoice receipt"),
}


def settings_of(business: Business) -> Iterator[Setting]:
    """Everything that can be set on the pages of the settings."""
    for page, form in FORMS:
        for name, field in form.base_fields.items():
            label = capfirst(field.label or name.replace("_", " "))
            more = OTHER_WORDS.get(name, "")
            yield Setting(BY_PAGE[page], label, f"div_id_{name}", field.help_text, more)
    for name, field in OwnerEmailsForm.choices().items():
        yield Setting(BY_PAGE["owner_emails"], field.label or "", f"div_id_{name}", field.help_text)
    for page, title, anchor, words in OTHERS:
        yield Setting(BY_PAGE[page], title, anchor, "", words)
    for kind in registry.connectable():
        yield Setting(BY_PAGE["paying"], kind.label, f"gateway-{kind.name}")
    for worded in worded_kinds.KINDS.values():
        address = reverse("dashboard:email_wording", args=[worded.key, business.language])
        yield Setting(BY_PAGE["email_wordings"], worded.label, "", worded.sent, "", address)
    for subject in SUBJECTS:
        yield Setting(subject, subject.name, "", subject.changes, subject.words)


def find(business: Business, text: str) -> list[Setting]:
    """The settings that fit, best first; if none does, those whose label is spelt like it."""
    wanted = terms.words(text)
    if not wanted:
        return []
    rows = [(row, _said(row)) for row in settings_of(business)]
    ranked = [(_rank(wanted, labels, others), row) for row, (labels, others) in rows]
    if not any(rank for rank, _row in ranked):
        ranked = [(_likeness(wanted, labels), row) for row, (labels, _others) in rows]
    best = sorted((each for each in ranked if each[0]), key=lambda each: -each[0])
    return [row for _rank, row in best][:MOST]


def _said(row: Setting) -> tuple[list[str], list[str]]:
    """Its label, and what else is said of it, in every language."""
    labels, others = [], []
    for code in languages.LANGUAGES:
        with translation.override(code):
            labels.append(str(row.label))
            others.append(f"{row.help} {row.words} {row.subject.name}")
    return labels, others


def _rank(wanted: Sequence[str], labels: Sequence[str], others: Sequence[str]) -> float:
    """How well words fit: by the label first, then by the label and the rest together."""
    by_label = max(terms.fit(wanted, label) for label in labels)
    together = [f"{label} {other}" for label, other in zip(labels, others, strict=True)]
    by_rest = max(terms.fit(wanted, text) for text in together)
    return by_label * 10 + by_rest


def _likeness(wanted: Sequence[str], labels: Sequence[str]) -> float:
    typed = " ".join(wanted)
    best = max(terms.likeness(typed, label.lower()) for label in labels)
    return best if best >= LIKE else 0
