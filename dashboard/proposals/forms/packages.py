"""The forms of a package: its name, and tiers like those of a proposal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models.reusable import Service
from agreements.rules.cumulative_tiers import TierDraft
from core.documents.printable_text import PrintableForm
from core.errors import RuleError
from core.models import Business
from dashboard.form_fields import LinesField, currency_choices
from dashboard.proposals.forms.proposal import TierForms, tier_drafts


class PackageForm(PrintableForm, forms.Form):
    """A package without its tiers. `version` detects a concurrent edit."""

    name = forms.CharField(label=_("Name"), max_length=80)
    service = forms.ChoiceField(
        label=_("Kind of work"),
        required=False,
        choices=[("", "—"), *Service.choices],
        help_text=_("Adds the clause that is usual for it."),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices)
    kpis = LinesField(
        label=_("Goals and measures (one per line)"),
        required=False,
        help_text=_("What such a client usually wants to see: growth, engagement, conversion."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PackageForms:
    """The forms of a package and its tiers. `initial` and `tiers` are what they show first."""

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
        """The package's columns and tiers; None, with errors at the fields, if invalid."""
        is_valid = all([self.form.is_valid(), self.tiers.is_valid()])
        drafts = tier_drafts(self.tiers, self.form.cleaned_data.get("currency"))
        return (self.form.cleaned_data, drafts) if is_valid and drafts else None

    def refuse(self, error: RuleError) -> None:
        """Show the message of a refused action at the top of the form."""
        self.form.add_error(None, str(error))
