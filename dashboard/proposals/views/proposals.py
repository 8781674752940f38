"""Proposals: write, send, and follow what the client does."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.contract import exclusivity
from agreements.models import OpeningMessage, Proposal, Question, Template, ValueAdd, WaitlistEntry
from agreements.models.proposal import PROPOSAL_STATES
from agreements.proposals import (
    accept,
    after_sending,
    call_prefill,
    lifecycle,
    opening_message,
    packages,
    reading_time,
)
from agreements.rules import cumulative_tiers
from agreements.rules.states import ProposalState
from agreements.signing import agreement_pdf, history
from billing.bank_transfer import payment_details
from billing.books import money_history
from clients import call_notes
from clients.models import Client, Contact, Testimonial
from core import audit
from core.dates import start_of_day
from core.errors import RuleError
from core.history_facts import Fact
from core.models import OutboxEmail
from core.web import query_string
from core.web.download import pdf_bytes
from core.web.keyset_pages import page_of
from dashboard.last_events import last_events
from dashboard.page import DashboardView, show_error
from dashboard.proposals.forms import folds
from dashboard.proposals.forms.actions import AnswerForm, ExtendForm
from dashboard.proposals.forms.proposal import ProposalForms
from dashboard.proposals.views import starting_values
from dashboard.proposals.views.pricing import proposal_figures
from dashboard.sales.views.sales_panel import sales_panel

#: What is told of an agreement on its proposal's page; the rest is on the agreement's own.
SALE = frozenset(("accepted", "opened", "consented", "signed", "countersigned", "reassigned")) | {
    "declined",
    "void",
    "expired",
    "reminded",
}


class Proposals(DashboardView):
    """The list of all proposals, newest first, with search and a filter by state."""

    template = "dashboard/proposals/proposals.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        proposals = self.rows(Proposal).select_related("client").prefetch_related("agreements")
        term, state = query_string.text(request.GET, "q"), query_string.text(request.GET, "state")
        if term:
            proposals = proposals.filter(title__icontains=term) | proposals.filter(
                client__name__icontains=term
            )
        if state in dict(PROPOSAL_STATES):
            proposals = proposals.filter(state=state)
        page = page_of(proposals, request.GET, by="created_at")
        said = last_events(page.rows, self.today, self.business.time_zone)
        rows = [(row, said[row.pk]) for row in page.rows]
        return self.show(
            request, page=page, rows=rows, asked=term, state=state, states=PROPOSAL_STATES
        )


class ProposalPage(DashboardView):
    """One proposal as the client sees it, its history, and what can be done with it."""

    template = "dashboard/proposals/proposal.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(
            Proposal,
            pk,
            self.rows(Proposal)
            .select_related("client", "contact", "business", "template")
            .prefetch_related("agreements"),
        )
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
            gaps=[*lifecycle.faults(proposal), *_payment_gaps(proposal)] if is_draft else [],
            excluded_by=exclusivity.unconfirmed(proposal, events),
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


def _payment_gaps(proposal: Proposal) -> list[str]:
    """What is missing so that the client can pay as the proposal says."""
    if proposal.is_by_transfer and not payment_details.bank_details(proposal.business).account:
        return [_("Your bank account is missing, and the client is to pay by bank transfer.")]
    return []


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

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("client", "contact", "business__owner", "template")
        proposal = self.row(Proposal, pk, self.rows(Proposal).select_related(*related))
        rungs = lifecycle.tiers_of(proposal)
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


class NewProposal(DashboardView):
    """Write a proposal for a client."""

    template = "dashboard/proposals/proposal_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self._client(pk)
        currency = self.business.currency
        # What the form starts with is addressed to the client, so it is in the client's language.
        with translation.override(client.language):
            call_answers = call_notes.answers(client)
            initial = {"title": _("Retainer for %(client)s") % {"client": client.name}}
            initial |= {
                "intro": call_prefill.opening_text(
                    call_answers, has_call=call_notes.has_notes(client)
                ),
                "recommended_because": call_prefill.recommendation_reason(call_answers),
            }
            key = query_string.text(request.GET, "package") or packages.usual_key(self.business)
            package = packages.find_package(self.business, key)
            package_values = packages.form_values(package, currency)
            kind = starting_values.of_kind(
                query_string.text(request.GET, "kind"), client, call_answers, self.today
            )
        message = (
            self.rows(OpeningMessage).filter(name=query_string.text(request.GET, "message")).first()
        )
        initial |= {"intro": message.text} if message else {}
        wording = {
            "kpis": call_prefill.goals(call_answers, package_values["kpis"]),
            "service": package_values["service"],
        }
        initial, wording = initial | kind["form"], wording | kind["text"]
        tiers = starting_values.with_extras(
            call_prefill.recommend_tier(
                package_values["tiers"], package.drafts, call_answers.minutes
            ),
            call_answers.extras,
        )
        if kind["form"]:
            tiers = [tiers[0] | {"is_recommended": False}]
        forms = self.forms(
            client,
            initial=initial,
            tiers=tiers,
            wording=wording,
            goals=call_prefill.client_goals(call_answers),
        )
        return self.page(
            request,
            forms,
            client,
            said=call_answers,
            budget_hint=starting_values.budget_hint(
                call_notes.budget_heard(client), tiers, currency
            ),
            package=packages.key_of(package),
            package_name=package.name,
            packages=packages.choices(self.business),
            fees_elsewhere=packages.foreign_fees_sentence(package, currency),
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self._client(pk)
        forms = self.forms(client, request.POST, files=request.FILES)
        cleaned = forms.read()
        if cleaned is not None:
            try:
                proposal = lifecycle.draft_proposal(
                    business=self.business, client=client, now=timezone.now(), **cleaned
                )
                self.save_message(forms)
                return redirect("dashboard:proposal", proposal.pk)
            except RuleError as error:
                forms.refuse(error)
        return self.page(request, forms, client, status=422)

    def _client(self, pk: UUID) -> Client:
        return self.row(Client, pk)

    def forms(
        self, client: Client, data: Any = None, proposal: Proposal | None = None, **start: Any
    ) -> ProposalForms:
        """The forms of one proposal; `start` is what they show first."""
        return ProposalForms(
            data,
            business=self.business,
            client=client,
            contacts=self.rows(Contact).filter(client=client, is_active=True),
            own=list(self.rows(Template).filter(retired_at__isnull=True)),
            bank=list(self.rows(ValueAdd)),
            testimonials=self.rows(Testimonial).filter(retired_at__isnull=True),
            proposal=proposal,
            **start,
        )

    def page(
        self, request: HttpRequest, forms: ProposalForms, client: Client, **context: Any
    ) -> HttpResponse:
        """Render the page with its forms."""
        context |= {
            "form": forms.form,
            "tiers": forms.tiers,
            "text": forms.text,
            "adds": forms.adds,
            "page_content": forms.content,
            "extras": forms.extras,
        }
        context |= {
            "folds": folds.folds(forms),
            "rungs": folds.tier_folds(forms.tiers),
            "next": forms.next,
            "fields": opening_message.merge_fields(),
            "kept": self.rows(OpeningMessage),
            "bank": self.rows(ValueAdd),
        }
        if proposal := context.get("proposal"):
            context["intro_gaps"] = opening_message.faults(proposal)
        return self.show(request, client=client, **context)

    def save_message(self, forms: ProposalForms) -> None:
        """Save the opening message under the name that was given, if one was given."""
        if name := forms.form.cleaned_data["keep_as"]:
            opening_message.save_message(
                business=self.business,
                name=name,
                text=forms.form.cleaned_data["intro"],
                now=timezone.now(),
            )


class EditProposal(NewProposal):
    """Change a draft. A proposal that was sent can no longer be changed."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self._draft(pk)
        if proposal.state != ProposalState.DRAFT:
            messages.error(
                request, _("This proposal was sent and is frozen. Make a new one instead.")
            )
            return redirect("dashboard:proposal", proposal.pk)
        tiers = [
            packages.tier_values(tier, proposal.currency) for tier in lifecycle.tiers_of(proposal)
        ]
        forms = self.forms(
            proposal.client, None, proposal, initial={"contact": proposal.contact_id}, tiers=tiers
        )
        return self.page(request, forms, proposal.client, proposal=proposal)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self._draft(pk)
        forms = self.forms(proposal.client, request.POST, proposal, files=request.FILES)
        cleaned = forms.read()
        if cleaned is not None:
            try:
                lifecycle.change_draft(proposal=proposal, now=timezone.now(), **cleaned)
                self.save_message(forms)
                return redirect("dashboard:proposal", proposal.pk)
            except RuleError as error:
                forms.refuse(error)
        return self.page(request, forms, proposal.client, proposal=proposal, status=422)

    def _draft(self, pk: UUID) -> Proposal:
        return self.row(Proposal, pk, self.rows(Proposal).select_related("client", "template"))


class SendProposal(DashboardView):
    """Freeze the proposal and email it to the client."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(
            Proposal,
            pk,
            self.rows(Proposal).select_related("client", "contact__client", "business__owner"),
        )
        if missing := _payment_gaps(proposal):
            messages.error(request, missing[0])
            return redirect("dashboard:proposal", proposal.pk)
        try:
            lifecycle.send_proposal(
                proposal=proposal,
                actor=self.actor,
                now=timezone.now(),
                origin=self.origin,
                has_consent="has_consent" in request.POST,
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

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        try:
            lifecycle.withdraw_proposal(proposal=proposal, actor=self.actor, now=timezone.now())
            messages.success(request, _("The proposal is withdrawn."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:proposal", proposal.pk)
