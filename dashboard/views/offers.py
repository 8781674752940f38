"""Proposals: compose, send, watch."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import ladder, propose
from agreements.ladder import TierDraft
from agreements.models import Proposal
from agreements.models.proposal import PROPOSAL_STATES
from agreements.starter import social_media
from agreements.states import ProposalState
from clients.models import Client, Contact
from core.errors import RuleError
from core.listing import page_of
from dashboard.forms.offers import ProposalForm, TierForm, tier_values
from dashboard.views.desk import Desk, refuse, say

TIERS = 3
TierForms = formset_factory(TierForm, extra=0, min_num=TIERS, max_num=TIERS, absolute_max=TIERS)


class Proposals(Desk):
    """Every proposal, newest first."""

    template = "dashboard/proposals.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.rows(Proposal).select_related("client")
        asked, state = request.GET.get("q", "").replace("\x00", "")[:100], request.GET.get("state", "")
        if asked:
            found = found.filter(title__icontains=asked) | found.filter(client__name__icontains=asked)
        if state in dict(PROPOSAL_STATES):
            found = found.filter(state=state)
        page = page_of(found, request.GET, by="created_at")
        return self.show(request, page=page, asked=asked, state=state, states=PROPOSAL_STATES)


class ProposalPage(Desk):
    """One proposal as the client sees it, and what can be done with it."""

    template = "dashboard/proposal.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(
            Proposal, pk, self.rows(Proposal).select_related("client", "contact", "business", "agreement")
        )
        rungs = propose.rungs(proposal)
        cards = [(tier, ladder.lines(rungs, place)) for place, tier in enumerate(rungs)]
        rates = [(tier, tier.amount * 60 // tier.minutes if tier.minutes else None) for tier in rungs]
        return self.show(
            request, proposal=proposal, cards=cards, rates=rates, is_draft=proposal.state == ProposalState.DRAFT
        )


class Compose(Desk):
    """Write a proposal for a client, or rewrite a draft."""

    template = "dashboard/proposal_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self._client(pk)
        start = {"title": _("Retainer for %(client)s") % {"client": client.name}}
        form = self._form(client, None, initial=start)
        return self.show(request, form=form, tiers=TierForms(initial=social_media(), prefix="tier"), client=client)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self._client(pk)
        form, tiers = self._form(client, None, request.POST), TierForms(request.POST, prefix="tier")
        drafts = read_tiers(form, tiers)
        if drafts is not None:
            try:
                made = propose.draft(
                    business=self.business, client=client, tiers=drafts, now=timezone.now(), **form.terms()
                )
                return redirect("dashboard:proposal", made.pk)
            except RuleError as no:
                refuse(form, no)
        return self.show(request, form=form, tiers=tiers, client=client, status=422)

    def _client(self, pk: UUID) -> Client:
        return self.row(Client, pk)

    def _form(self, client: Client, proposal: Proposal | None, *args: Any, **kwargs: Any) -> ProposalForm:
        contacts = self.rows(Contact).filter(client=client, is_active=True)
        return ProposalForm(
            *args, business=self.business, client=client, contacts=contacts, instance=proposal, **kwargs
        )


class Rewrite(Compose):
    """Change a draft; what was sent is frozen."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self._draft(pk)
        if proposal.state != ProposalState.DRAFT:
            messages.error(request, _("This proposal was sent and is frozen. Make a new one instead."))
            return redirect("dashboard:proposal", proposal.pk)
        start = [tier_values(tier, proposal.currency) for tier in propose.rungs(proposal)]
        form = self._form(proposal.client, proposal, initial={"contact": proposal.contact_id})
        tiers = TierForms(initial=start, prefix="tier")
        return self.show(request, form=form, tiers=tiers, client=proposal.client, proposal=proposal)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self._draft(pk)
        form = self._form(proposal.client, proposal, request.POST)
        tiers = TierForms(request.POST, prefix="tier")
        drafts = read_tiers(form, tiers)
        if drafts is not None:
            try:
                propose.change(proposal=proposal, tiers=drafts, now=timezone.now(), **form.terms())
                return redirect("dashboard:proposal", proposal.pk)
            except RuleError as no:
                refuse(form, no)
        return self.show(request, form=form, tiers=tiers, client=proposal.client, proposal=proposal, status=422)

    def _draft(self, pk: UUID) -> Proposal:
        return self.row(Proposal, pk, self.rows(Proposal).select_related("client"))


class Send(Desk):
    """Freeze and mail it; the second press finds it sent."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(
            Proposal, pk, self.rows(Proposal).select_related("client", "contact__client", "business__owner")
        )
        try:
            propose.send(proposal=proposal, actor=self.actor, now=timezone.now(), origin=self.origin)
            messages.success(
                request, _("The proposal is on its way to %(email)s.") % {"email": proposal.contact.email}
            )
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:proposal", proposal.pk)


class Withdraw(Desk):
    """Take an open offer back."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        try:
            propose.withdraw(proposal=proposal, actor=self.actor, now=timezone.now())
            messages.success(request, _("The proposal is withdrawn."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:proposal", proposal.pk)


def read_tiers(form: ProposalForm, tiers: Any) -> list[TierDraft] | None:
    """The rungs that were filled in; None where anything is wrong, each fault at its own field."""
    well = all([form.is_valid(), tiers.is_valid()])
    currency = form.cleaned_data.get("currency") if form.is_bound and hasattr(form, "cleaned_data") else None
    if not tiers.is_valid() or not currency:
        return None
    filled = [
        one
        for place, one in enumerate(tiers)
        if place == 0 or one.cleaned_data.get("name") or one.cleaned_data.get("fee")
    ]
    drafts = [one.draft(currency) for one in filled]
    return [draft for draft in drafts if draft] if well and all(drafts) else None
