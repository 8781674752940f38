"""A package's form: what it is called, and its tiers like a proposal's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models.reusable import Service
from agreements.rules.cumulative_tiers import TierDraft
from core.documents.printable_text import PrintableForm
from core.errors import RuleError
from core.models import Business
from dashboard.form_fields import LinesField, currencies
from dashboard.proposals.forms.proposal import TierForms, drafts_of


class PackageForm(PrintableForm, forms.Form):
    """What it is called; `version` is the one that was loaded."""

    name = forms.CharField(label=_("Name"), max_length=80)
    service = forms.ChoiceField(
        label=_("Kind of work"),
        required=False,
        choices=[("", "—"), *Service.choices],
        help_text=_("Adds the clause that is usual for it."),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies)
    kpis = LinesField(
        label=_("Goals and measures, one a line"),
        required=False,
        help_text=_("What such a client usually wants to see: growth, engagement, conversion."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PackageForms:
    """The form and its tiers; `initial` and `tiers` are what they show first."""

    def __init__(
        self,
        data: Any,
        business: Business,
        *,
        initial: dict[str, Any] | None = None,
        tiers: list[dict[str, Any]] | None = None,
    ) -> None:
        self.form = PackageForm(data, initial={"currency": business.currency} | (initial or {}))
        self.tiers = TierForms(data, initial=tiers, prefix="tier")

    def read(self) -> tuple[dict[str, Any], list[TierDraft]] | None:
        """The package's columns and tiers; None where anything is wrong, each fault at its own field."""
        well = all([self.form.is_valid(), self.tiers.is_valid()])
        drafts = drafts_of(self.tiers, self.form.cleaned_data.get("currency"))
        return (self.form.cleaned_data, drafts) if well and drafts else None

    def refuse(self, no: RuleError) -> None:
        """Put a rule's refusal at the top."""
        self.form.add_error(None, str(no))
