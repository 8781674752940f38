"""An offer's forms together: its terms, its tiers, its text, and what is added for a time."""

from dataclasses import asdict
from typing import Any

from django import forms

from agreements.models import Proposal, Template
from agreements.proposals.packages import tier_values
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import UnderFloor
from clients.models import Client
from core.errors import RuleError
from core.models import Business
from dashboard.agreements.forms.wording import TextForm, ValueAddForm
from dashboard.proposals.forms.terms import ProposalForm, TierForm

TIERS = ADDS = 3
TierForms = forms.formset_factory(
    TierForm, extra=0, min_num=TIERS, max_num=TIERS, absolute_max=TIERS
)


class OfferForms:
    """What a page about a proposal asks; `initial`, `tiers` and `wording` are what it shows first."""

    def __init__(
        self,
        data: Any,
        *,
        business: Business,
        client: Client,
        contacts: Any,
        own: list[Template],
        said: Any,
        proposal: Proposal | None,
        initial: dict[str, Any] | None = None,
        tiers: list[dict[str, Any]] | None = None,
        wording: dict[str, Any] | None = None,
    ) -> None:
        self.form = ProposalForm(
            data,
            business=business,
            client=client,
            contacts=contacts,
            said=said,
            instance=proposal,
            initial=initial,
        )
        self.next = TierForm(data, prefix="next", initial=_next(proposal))
        self.tiers = TierForms(data, initial=tiers, prefix="tier")
        self.text = TextForm(data, business=business, own=own, proposal=proposal, initial=wording)
        added = list(proposal.value_adds if proposal else [])
        added += [{}] * (ADDS - len(added))
        self.adds = [
            ValueAddForm(data, prefix=f"add-{n}", initial=_shown(one))
            for n, one in enumerate(added)
        ]

    def read(self) -> dict[str, Any] | None:
        """The proposal's columns and tiers; None where anything is wrong, each fault at its own field."""
        well = all([self.form.is_valid(), self.tiers.is_valid(), self.text.is_valid()])
        well = all([well, *(one.is_valid() for one in self.adds)])
        drafts = drafts_of(self.tiers, getattr(self.form, "cleaned_data", {}).get("currency"))
        following = self._following()
        if drafts is None or following is None or not well:
            return None
        try:
            text = self.text.terms(self.form.cleaned_data["currency"])
        except forms.ValidationError as error:
            self.text.add_error("overage_fee", error)
            return None
        added = [row for row in (one.row() for one in self.adds) if row]
        return {
            "tiers": drafts,
            "next_tier": following,
            "value_adds": added,
            **self.form.terms(),
            **text,
        }

    def _following(self) -> dict[str, Any] | None:
        """The tier after a trial; empty where none was filled in, None where it is amiss."""
        if not (self.next["name"].value() or self.next["fee"].value()):
            return {}
        if not self.next.is_valid():
            return None
        draft = self.next.draft(getattr(self.form, "cleaned_data", {}).get("currency") or "USD")
        return (
            {name: value for name, value in asdict(draft).items() if name != "is_recommended"}
            if draft
            else None
        )

    def refuse(self, no: RuleError) -> None:
        """Put a rule's refusal next to the field it is about."""
        silent = (
            one
            for one in self.adds
            if one.cleaned_data.get("minutes") and not one.cleaned_data.get("reason")
        )
        under = next(silent, None) if isinstance(no, UnderFloor) else None
        form = under or (self.text if no.field in self.text.fields else self.form)
        form.add_error(no.field if no.field in form.fields else None, str(no))


def drafts_of(tiers: Any, currency: str | None) -> list[TierDraft] | None:
    """The rungs that were filled in; None where one of them is not whole."""
    if not tiers.is_valid() or not currency:
        return None
    filled = [
        one
        for place, one in enumerate(tiers)
        if place == 0 or one.cleaned_data.get("name") or one.cleaned_data.get("fee")
    ]
    drafts = [one.draft(currency) for one in filled]
    return [draft for draft in drafts if draft] if all(drafts) else None


def _next(proposal: Proposal | None) -> dict[str, Any]:
    return (
        tier_values(TierDraft(**proposal.next_tier), proposal.currency)
        if proposal and proposal.next_tier
        else {}
    )


def _shown(added: dict[str, Any]) -> dict[str, Any]:
    minutes = added.get("minutes") or 0
    return {**added, "minutes": f"{minutes // 60}:{minutes % 60:02}" if minutes else ""}
