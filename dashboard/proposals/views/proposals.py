"""Proposals: write, send, and follow what the client does."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements.contract import exclusivity
from agreements.models import Proposal, Question, WaitlistEntry
from agreements.models.proposal import PROPOSAL_STATES
from agreements.proposals import (
    accept,
    after_sending,
    lifecycle,
    opening_message,
)
from agreements.proposals.page import reading_time
from agreements.rules import cumulative_tiers
from agreements.rules.states import ProposalState
from agreements.running import expected_fees
from agreements.signing import agreement_pdf, history
from billing.bank_transfer import payment_details
from billing.books import money_history
from clients.models import Client
from core import audit
from core.dates import start_of_day
from core.errors import RuleError
from core.history_facts import Fact
from core.models import OutboxEmail
from core.team.roles import Area
from core.web import query_string
from core.web.download import pdf_bytes
from dashboard import last_events
from dashboard.lists.list_page import ListPage, Order, choice_is_gone
from dashboard.page import DashboardView, show_error
from dashboard.proposals.forms.actions import AnswerForm, ExtendForm
from dashboard.proposals.views.pricing import proposal_figures
from dashboard.sales.views.sales_panel import sales_panel

OFFERED = 8  # clients for whom the list offers a new proposal

#: What is told of an agreement on its proposal's page; the rest is on the agreement's own.
SALE = frozenset(("accepted", "opened", "consented", "signed", "countersigned", "reassigned")) | {
    "declined",
    "void",
    "expired",
    "reminded",
}


class Proposals(ListPage):
    """The list of all proposals, newest first, with search and a filter by state."""

    needs = Area.SALES
    template = "dashboard/proposals/proposals.html"
    page_name = "proposals"
    orders = (
        Order("client", gettext_lazy("Client"), by="client__name_key"),
        Order("fee", gettext_lazy("Fee"), starts_up=False),
        Order("last", gettext_lazy("Last event"), starts_up=False),
        Order("date", pgettext_lazy("column", "Date"), by="created_at", has_no_head=True),
    )
    usual_order = "-date"

    def get(self, request: HttpRequest) -> HttpResponse:
        proposals = (
            self.rows(Proposal).select_related("client").prefetch_related("agreements", "tiers")
        )
        term, state = query_string.text(request.GET, "q"), query_string.text(request.GET, "state")
        if term:
            proposals = proposals.filter(title__icontains=term) | proposals.filter(
                client__name__icontains=term
            )
        if state in dict(PROPOSAL_STATES):
            proposals = proposals.filter(state=state)
        page = self.page_in_order(
            proposals,
            fee=lambda rows: {row.pk: (expected_fees.fee_of(row), row.currency) for row in rows},
            last=last_events.moments_of_proposals,
        )
        said = last_events.last_events(page.rows, self.today, self.business.time_zone)
        rows = [(row, said[row.pk], expected_fees.fee_of(row)) for row in page.rows]
        return self.show(
            request,
            page=page,
            rows=rows,
            asked=term,
            state=state,
            states=PROPOSAL_STATES,
            clients=self.rows(Client).order_by("-created_at", "pk")[:OFFERED],
        )

    def gone(self) -> bool:
        return choice_is_gone(self.request.GET, "state", dict(PROPOSAL_STATES))


class ProposalPage(DashboardView):
    """One proposal as the client sees it, its history, and what can be done with it."""

    needs = Area.SALES
    template = "dashboard/proposals/proposal.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(
            Proposal,
            pk,
            self.rows(Proposal)
            .select_related("client", "contact", "template")
            .prefetch_related("agreements", "tiers"),
        )
        proposal.business = self.business
        rungs = lifecycle.tiers_of(proposal)
        is_draft = proposal.state == ProposalState.DRAFT
        events = audit.chain(proposal.pk)
        return self.show(
            request,
            proposal=proposal,
            cards=[
                (tier, cumulative_tiers.service_rows(rungs, place))
                for place, tier in enumerate(rungs)
            ],
            **proposal_figures(proposal, rungs),
            is_draft=is_draft,
            seen=proposal.revision if is_draft else "",
            **(_gaps(self, proposal) if is_draft else {}),
            excluded_by=exclusivity.unconfirmed(proposal, events),
            excludes=exclusivity.excluded_clients(proposal) if is_draft else [],
            intro=opening_message.filled_message(proposal),
            facts=_timeline(proposal),
            readings=reading_time.readings_of(proposal),
            closed_label=_("Declined because")
            if proposal.state == ProposalState.DECLINED
            else _("Withdrawn because"),
            questions=self.rows(Question).filter(proposal=proposal).select_related("contact"),
            answer=AnswerForm(),
            extend=_extend_form(proposal, self.today)
            if after_sending.can_extend(proposal)
            else None,
            wait=self.rows(WaitlistEntry)
            .filter(proposal=proposal)
            .select_related("contact", "tier")
            .first(),
            letter=self.rows(OutboxEmail).filter(kind="proposal", ref=str(proposal.pk)).first(),
            can_revise=after_sending.can_revise(proposal),
            newest=after_sending.newest_version(proposal),
            selling=sales_panel(self, proposal.client),
        )


class SettingGap(NamedTuple):
    """Something that the settings lack before a proposal can go out, and where it is entered."""

    words: str
    url: str
    link: str


def _gaps(view: DashboardView, proposal: Proposal) -> dict[str, Any]:
    """What a draft lacks before it can go out: in its words, and in the settings."""
    gaps, setting_gaps = lifecycle.faults(proposal), _setting_gaps(view, proposal)
    return {"gaps": gaps, "setting_gaps": setting_gaps, "cannot_go": bool(gaps or setting_gaps)}


def _setting_gaps(view: DashboardView, proposal: Proposal) -> list[SettingGap]:
    """Why it cannot go out yet: nobody could sign, or the client could not pay."""
    gaps = []
    if not (proposal.countersigns or view.may(Area.SIGNING)):  # rule 82
        words = _(
            "Sending this proposal signs the agreement in the name of %(owner)s. Ask %(owner)s to "
            "send it, or let your side sign last."
        )
        gaps.append(
            SettingGap(
                words % {"owner": proposal.business.owner.get_full_name()},
                reverse("dashboard:proposal_edit", args=[proposal.pk]),
                _("Edit the proposal"),
            )
        )
    if not proposal.business.owner.name:
        gaps.append(
            SettingGap(
                _("Your name is missing. Please enter it first: you sign the agreement with it."),
                reverse("dashboard:you"),
                _("Enter your name"),
            )
        )
    bank = payment_details.bank_details(proposal.business)
    if proposal.is_by_transfer and not payment_details.can_receive(bank, proposal.currency):
        gaps.append(
            SettingGap(
                _("Your bank account is missing, and the client pays by bank transfer."),
                f"{reverse('dashboard:paying')}#p3",
                _("Say how clients pay you"),
            )
        )
    return gaps


def _timeline(proposal: Proposal) -> list[Fact]:
    """What happened to the proposal and to the agreements of its tiers, newest first."""
    chains = audit.chains([proposal.pk, *(row.pk for row in proposal.agreements.all())])
    events = [
        event
        for pk, chain in chains.items()
        for event in chain
        # Of the agreements only the sale is told here, and what both tell of once.
        if pk == proposal.pk or event.event in SALE
    ]
    facts = history.facts(events, "", {})
    facts += money_history.first_payment_facts(proposal.agreements.all())
    return sorted(facts, key=lambda fact: fact.at, reverse=True)


def _extend_form(proposal: Proposal, today: date) -> ExtendForm:
    """The form to extend a proposal, from its last day or from today, whichever is later."""
    return ExtendForm(after=max(proposal.expires_on or today, today))


class AgreementPreviewPdf(DashboardView):
    """A PDF of the agreement that a tier would become. It is not stored."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("client", "contact", "business__owner", "template")
        proposal = self.row(Proposal, pk, self.rows(Proposal).select_related(*related))
        rungs = lifecycle.tiers_of(proposal)
        if not rungs:  # a draft that was only begun
            messages.error(
                request, _("Give this proposal a tier first. Then you can see its agreement.")
            )
            return redirect("dashboard:proposal", proposal.pk)
        tier = next(
            (rung for rung in rungs if str(rung.pk) == query_string.text(request.GET, "tier")),
            rungs[0],
        )
        today = start_of_day(timezone.now(), proposal.client.time_zone)
        try:
            agreement = accept.preview_agreement(proposal=proposal, tier=tier, now=today)
            return pdf_bytes(agreement_pdf.unsigned_pdf(agreement, created=today), agreement.title)
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:proposal", proposal.pk)


class SendProposal(DashboardView):
    """Freeze the proposal and email it to the client."""

    needs = Area.OFFERS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(
            Proposal,
            pk,
            self.rows(Proposal).select_related("client", "contact__client", "business__owner"),
        )
        if missing := _setting_gaps(self, proposal):
            messages.error(request, missing[0].words)
            return redirect("dashboard:proposal", proposal.pk)
        try:
            lifecycle.send_proposal(
                proposal=proposal,
                actor=self.actor,
                now=timezone.now(),
                origin=self.origin,
                has_consent="has_consent" in request.POST,
                seen=query_string.whole(request.POST.get("seen", "")),
            )
            messages.success(
                request,
                _("The proposal is on its way to %(email)s.") % {"email": proposal.contact.email},
            )
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:proposal", proposal.pk)


class WithdrawProposal(DashboardView):
    """Withdraw a proposal that was sent and not accepted yet."""

    needs = Area.OFFERS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        try:
            lifecycle.withdraw_proposal(proposal=proposal, actor=self.actor, now=timezone.now())
            messages.success(request, _("The proposal is withdrawn."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:proposal", proposal.pk)
