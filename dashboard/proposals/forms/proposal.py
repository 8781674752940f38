"""The forms of a proposal together: terms, tiers, contract text and value-adds."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django import forms

from agreements.models import Proposal, Template, ValueAdd
from agreements.proposals.packages import tier_values
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import BelowRateFloor
from clients.models import Client
from core.errors import RuleError
from core.models import Business
from dashboard.agreements.forms.wording import ContractTextForm, ValueAddForm
from dashboard.proposals.forms.extras import ExtraForms
from dashboard.proposals.forms.page_content import PageContentForms
from dashboard.proposals.forms.terms import ProposalForm, TierForm

TIERS = ADDS = 3
TierForms = forms.formset_factory(
    TierForm, extra=0, min_num=TIERS, max_num=TIERS, absolute_max=TIERS
)


class ProposalForms:
    """Every form of the page on which a proposal is written.

    `own` are the business's contract templates, `bank` its value-adds, and `pictures` those that a
    section may show (agreements.proposals.typed_draft). `initial`, `tiers`, `wording` and `goals`
    are what the forms show first.
    """

    def __init__(
        self,
        data: Any,
        *,
        business: Business,
        client: Client,
        contacts: Any,
        own: list[Template],
        bank: list[ValueAdd],
        testimonials: Any,
        proposal: Proposal | None,
        initial: dict[str, Any] | None = None,
        tiers: list[dict[str, Any]] | None = None,
        wording: dict[str, Any] | None = None,
        goals: list[str] | None = None,
        files: Any = None,
        pictures: dict[str, dict[str, int]] | None = None,
    ) -> None:
        self.business, self.client, self.proposal = business, client, proposal
        self.form = ProposalForm(
            data,
            business=business,
            client=client,
            contacts=contacts,
            testimonials=testimonials,
            instance=proposal,
            initial=initial,
        )
        self.next = TierForm(data, prefix="next", initial=_next_tier_values(proposal))
        self.tiers = TierForms(data, initial=tiers, prefix="tier")
        self.text = ContractTextForm(
            data, business=business, own=own, proposal=proposal, initial=wording
        )
        self.content = PageContentForms(data, files, proposal, goals, pictures or {})
        self.extras = ExtraForms(data, proposal)
        value_adds = list(proposal.value_adds if proposal else [])
        value_adds += [{}] * (ADDS - len(value_adds))
        self.adds = [
            ValueAddForm(
                data,
                prefix=f"add-{n}",
                initial=_value_add_values(value_add),
                bank={row.title.casefold(): row for row in bank},
            )
            for n, value_add in enumerate(value_adds)
        ]

    def read(self) -> dict[str, Any] | None:
        """The proposal's columns and tiers; None, with errors at the fields, if invalid."""
        is_valid = all([self.form.is_valid(), self.tiers.is_valid(), self.text.is_valid()])
        for added in self.adds:
            added.starts_on = self.form.cleaned_data.get("starts_on") or added.starts_on
        is_valid = all([is_valid, *(form.is_valid() for form in self.adds)])
        is_valid = all([is_valid, self.content.is_valid()])
        currency = getattr(self.form, "cleaned_data", {}).get("currency")
        drafts, extras = tier_drafts(self.tiers, currency), self.extras.read(currency)
        next_tier = self._following()
        if drafts is None or next_tier is None or extras is None or not is_valid:
            return None
        try:
            text = self.text.terms(self.form.cleaned_data["currency"])
        except forms.ValidationError as error:
            self.text.add_error("overage_fee", error)
            return None
        value_adds = [row for row in (form.row() for form in self.adds) if row]
        return {
            "tiers": drafts,
            "next_tier": next_tier,
            "value_adds": value_adds,
            "extras": extras,
            **self.form.terms(),
            **text,
            **self.content.terms(),
        }

    @property
    def everything(self) -> Iterator[forms.BaseForm]:
        """All forms, in the order of the page."""
        yield self.form
        yield from self.tiers
        yield from self.content.everything
        yield from self.extras.rows
        yield from (self.next, self.text, *self.adds)

    @property
    def in_use(self) -> Iterator[forms.BaseForm]:
        """The forms that are read: the tier after a trial only where one is given."""
        return (form for form in self.everything if form is not self.next or self._has_next)

    @property
    def _has_next(self) -> bool:
        return bool(self.next["name"].value() or self.next["fee"].value())

    def _following(self) -> dict[str, Any] | None:
        """The tier that follows a trial.

        An empty dictionary if none was filled in, and None if it has errors.
        """
        if not self._has_next:
            return {}
        if not self.next.is_valid():
            return None
        draft = self.next.draft(getattr(self.form, "cleaned_data", {}).get("currency") or "USD")
        return (
            {name: value for name, value in asdict(draft).items() if name != "is_recommended"}
            if draft
            else None
        )

    def refuse(self, error: RuleError) -> None:
        """Show the message of a refused action next to the field it is about.

        If value-adds push a tier below the floor rate, the message goes to the first value-add that
        has no reason yet.
        """
        without_reason = (
            form
            for form in self.adds
            if form.cleaned_data.get("minutes") and not form.cleaned_data.get("reason")
        )
        unexplained = next(without_reason, None) if isinstance(error, BelowRateFloor) else None
        form = unexplained or (self.text if error.field in self.text.fields else self.form)
        form.add_error(error.field if error.field in form.fields else None, str(error))


def tier_drafts(tiers: Any, currency: str | None) -> list[TierDraft] | None:
    """The tiers that were filled in; None if one is incomplete. The first is required."""
    is_valid = tiers.is_valid()
    if not currency:
        return None
    filled = [
        form
        for position, form in enumerate(tiers)
        if position == 0 or form.cleaned_data.get("name") or form.cleaned_data.get("fee")
    ]
    for form in filled:
        if form.errors:
            form.price(currency)  # all that is wrong is said at once
    drafts = [form.draft(currency) for form in filled if not form.errors]
    return [draft for draft in drafts if draft] if is_valid and all(drafts) else None


def _next_tier_values(proposal: Proposal | None) -> dict[str, Any]:
    """The tier after a trial, as its form shows it."""
    return (
        tier_values(TierDraft(**proposal.next_tier), proposal.currency)
        if proposal and proposal.next_tier
        else {}
    )


def _value_add_values(added: dict[str, Any]) -> dict[str, Any]:
    """A value-add as its form shows it: minutes become hours and minutes."""
    minutes = added.get("minutes") or 0
    return {**added, "minutes": f"{minutes // 60}:{minutes % 60:02}" if minutes else ""}
