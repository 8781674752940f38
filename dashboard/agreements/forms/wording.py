"""Forms about contract texts: the choices for a proposal's agreement, and the template editor."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.contract import governing_laws, library, templates, value_add_bank, wording
from agreements.models import Proposal, Template, ValueAdd
from agreements.models.proposal import kind_of
from agreements.models.reusable import ClauseUse, Service, TextKind
from core import formats, money
from core.documents.printable_text import PrintableForm
from core.languages import DEFAULT, LANGUAGES
from core.models import Business
from core.web import query_string
from dashboard.form_fields import (
    DurationField,
    LinesField,
    MoneyField,
    SearchField,
    parse_amount,
)


class ContractTextForm(PrintableForm, forms.Form):
    """Which contract text a proposal uses, and the contents of its optional clauses."""

    wording = forms.ChoiceField(label=_("Text"), required=False)
    is_bilingual = forms.BooleanField(
        label=_("In two languages, side by side"),
        required=False,
        help_text=_("The proposal's own language prevails."),
    )
    service = forms.ChoiceField(
        label=_("Kind of work"),
        required=False,
        choices=[("", "—"), *Service.choices],
        help_text=_("Adds the clause that is usual for it."),
    )
    governing_law = SearchField(
        label=_("Governing law"),
        required=False,
        shows_names=True,
        choices=governing_laws.choices,
        help_text=_("Type a country or a state. Leave it empty for no such clause."),
    )
    kpis = LinesField(
        label=_("Goals and measures (one per line)"),
        required=False,
        help_text=_("Like: 1,000 to 5,000 followers."),
    )
    expectations = LinesField(label=_("What the client provides (one per line)"), required=False)
    competitors = LinesField(
        label=_("Competitors you will not work for (one per line)"),
        required=False,
        help_text=_("By name. Leave it empty for no such clause."),
    )
    overage_fee = MoneyField(
        label=_("Fee for an extra hour"),
        required=False,
        help_text=_("Leave it empty to agree on it when it comes up."),
    )
    overage_hours = DurationField(
        label=_("Extra hours without approval, per period"),
        required=False,
        help_text=_("Leave it empty if the client approves each time."),
    )

    def __init__(
        self,
        data: Any,
        *,
        business: Business,
        own: list[Template],
        proposal: Proposal | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(business, proposal) | (initial or {}))
        if proposal:
            kept = governing_laws.choices(kept=proposal.governing_law)
            self.fields["governing_law"].choices = kept  # type: ignore[attr-defined]
        self.own = {str(row.pk): row for row in own}
        if proposal and proposal.template:
            self.own.setdefault(str(proposal.template_id), proposal.template)
        choices: list[Any] = [
            ("", gettext("The usual one")),
            (gettext("Built in"), TextKind.choices),
        ]
        if self.own:
            choices.append((gettext("Your own"), [(pk, row.name) for pk, row in self.own.items()]))
        self.fields["wording"].choices = choices  # type: ignore[attr-defined]

    @property
    def law_name(self) -> str:
        """The name of the law that is chosen, or was typed; "" if there is none."""
        typed = self["governing_law"].value()
        return governing_laws.name(str(self.fields["governing_law"].to_python(typed) or ""))

    @property
    def has_more(self) -> bool:
        """Whether one of the fields that are folded away has something to show."""
        folded = ("kpis", "expectations", "competitors", "overage_fee")
        return bool(self.errors) or any(self[name].value() for name in folded)

    def terms(self, currency: str) -> dict[str, Any]:
        """The columns of a proposal that hold these choices.

        Raises ValidationError if the fee for an extra hour cannot be read.
        """
        data = self.cleaned_data
        template = self.own.get(data["wording"])
        unchanged = (
            "is_bilingual",
            "service",
            "governing_law",
            "kpis",
            "expectations",
            "competitors",
        )
        return {
            **{name: data[name] for name in unchanged},
            "template": template,
            "kind": "" if template else data["wording"],
            "overage_amount": parse_amount(data["overage_fee"], currency)
            if data["overage_fee"]
            else 0,
            "overage_minutes": data["overage_hours"],
        }

    def clean(self) -> dict[str, Any]:
        """Refuse extra hours without a fee."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("overage_hours") and not data.get("overage_fee"):
            self.add_error("overage_fee", gettext("What does an hour of it cost?"))
        return data


def _initial(business: Business, proposal: Proposal | None) -> dict[str, Any]:
    """What the form shows for a proposal, or for a new one of the business."""
    if proposal is None:
        return {"governing_law": governing_laws.usual(business)}
    minutes, fee = proposal.overage_minutes, proposal.overage_amount
    is_usual = proposal.kind == kind_of(proposal.interval, "", None)
    unchanged = ("is_bilingual", "service", "governing_law", "kpis", "expectations", "competitors")
    return {
        **{name: getattr(proposal, name) for name in unchanged},
        "wording": str(proposal.template_id)
        if proposal.template_id
        else ""
        if is_usual
        else proposal.kind,
        "overage_fee": money.to_decimal(fee, proposal.currency) if fee else "",
        "overage_hours": f"{minutes // 60}:{minutes % 60:02}" if minutes else "",
    }


class ValueAddForm(PrintableForm, forms.Form):
    """Something added for a limited time instead of lowering the fee (rule 34)."""

    title = forms.CharField(
        label=_("Added"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"list": "value-adds", "autocomplete": "off"}),
    )
    minutes = DurationField(label=_("Costs you, per period"), required=False, help_text="")
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Reason, if it goes below your lowest rate"),
        max_length=200,
        required=False,
        help_text=_("Only you see it."),
    )

    def __init__(self, *args: Any, bank: dict[str, ValueAdd] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bank, self.starts_on = bank or {}, timezone.localdate()
        self.empty_permitted = True
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        """Fill in what the chosen value-add of the bank says; a value-add ends on a day."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            data = value_add_bank.filled(data, self.bank, self.starts_on)
        if data.get("title") and not data.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", gettext("What is added ends on a day."))
        if not data.get("title") and (data.get("ends_on") or data.get("minutes")):
            self.add_error("title", gettext("What is added?"))
        return data

    def row(self) -> dict[str, Any] | None:
        """The value-add as the proposal stores it; None if the form is empty."""
        data = self.cleaned_data
        if not data.get("title"):
            return None
        values = {name: data[name] for name in ("title", "minutes", "reason")}
        return {**values, "ends_on": data["ends_on"].isoformat()}


class NewTemplateForm(PrintableForm, forms.Form):
    """A new template, copied from a built-in text."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Begin with"), choices=TextKind.choices)


def previews() -> list[tuple[str, str]]:
    """The languages in which a text can be previewed, and "both", as choices for a select field."""
    return [*formats.language_choices(), ("both", gettext("both, side by side"))]


class TemplateForm(PrintableForm, forms.Form):
    """The name of a template. `version` detects a concurrent edit."""

    name = forms.CharField(label=_("Name"), max_length=80)
    version = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.ChoiceField(
        label=_("Preview in"), required=False, initial=DEFAULT, choices=previews
    )


class ClauseForm(forms.Form):
    """One clause: when it is used, and its title and text in every language.

    The fields of a language end in its code: "title_en", "text_en".
    """

    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    use = forms.ChoiceField(label=_("Used"), choices=ClauseUse.choices)
    confirmed = forms.BooleanField(label=_("Both languages say the same"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            language = {"language": formats.language_name(code)}
            self.fields[f"title_{code}"] = forms.CharField(
                label=gettext("Title in %(language)s") % language,
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=gettext("Text in %(language)s") % language,
                max_length=wording.LONGEST_CLAUSE,
                required=False,
                widget=forms.Textarea(attrs={"rows": 7, "lang": code}),
            )
        self.use_required_attribute = False
        self.waits = self.initial.get("waits", "")

    def clean(self) -> dict[str, Any]:
        """Refuse a clause with a variable that nothing fills."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.is_blank:
            for fault in templates.clause_faults(self.pair):
                self.add_error(None, fault)
        return data

    def typed(self, name: str) -> str:
        """The current text of a field, whether or not it was validated."""
        return str(self[name].value() or "").replace("\r\n", "\n").replace("\x00", "")

    @property
    def is_blank(self) -> bool:
        """Whether all of the clause's titles and texts are empty."""
        return not any(
            self.typed(f"{part}_{language}").strip()
            for part in ("title", "text")
            for language in LANGUAGES
        )

    @property
    def heading(self) -> str:
        """The title of the clause in the reader's language, or in the first that has one."""
        return wording.title_of(self.pair, formats.language().code)

    @property
    def sides(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of the title and of the text, language by language."""
        return [(self[f"title_{language}"], self[f"text_{language}"]) for language in LANGUAGES]

    @property
    def waits_for(self) -> list[str]:
        """The names of the languages that still have to be confirmed."""
        return [formats.language_name(language) for language in self.waits.split()]

    @property
    def pair(self) -> wording.ClausePair:
        """The clause as a template stores it."""
        sides = {
            language: {part: self.typed(f"{part}_{language}").strip() for part in ("title", "text")}
            for language in LANGUAGES
        }
        use = self.typed("use")
        return {
            "key": self.typed("key")[:40] or templates.new_key(),
            "use": use if use in ClauseUse.values else ClauseUse.ALWAYS.value,
            "waits": "",
            **sides,
        }

    @property
    def needs(self) -> str:
        """The variable that this built-in clause depends on; empty if there is none."""
        return library.when(self.typed("key"))


ClauseForms = forms.formset_factory(
    ClauseForm,
    extra=1,
    can_order=True,
    max_num=templates.MOST_CLAUSES,
    absolute_max=templates.MOST_CLAUSES,
)


def clause_initial(pair: wording.ClausePair) -> dict[str, Any]:
    """A stored clause as its form shows it."""
    sides = {
        f"{part}_{language}": wording.side(pair, language)[part]
        for part in ("title", "text")
        for language in LANGUAGES
    }
    return {"key": pair["key"], "use": pair["use"], "waits": pair["waits"], **sides}


def clauses_in_editor(forms_: Any) -> list[wording.ClausePair]:
    """The clauses currently in the editor, in the requested order, without blank ones."""
    placed = [
        (_place(form, position), position, form.pair)
        for position, form in enumerate(forms_)
        if not form.is_blank
    ]
    # Clauses with the same requested place keep the order of the form.
    return [pair for _place_, _position, pair in sorted(placed, key=lambda item: item[:2])]


def _place(form: ClauseForm, position: int) -> int:
    """The place that was typed for a clause; its present one if that cannot be read."""
    typed = query_string.whole(form.typed("ORDER"))
    return position + 1 if typed is None else typed
