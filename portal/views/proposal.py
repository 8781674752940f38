"""The proposal: three tiers, one recommended, and one button each."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import accept, ladder, propose, terms
from agreements.models import Agreement, Proposal
from agreements.states import AgreementState, ProposalState
from core.dates import local_day
from core.errors import RuleError
from portal.access import PortalView, origin
from portal.forms import DeclineForm


class ProposalPage(PortalView):
    """Look, and pick."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = _sent(self, pk)
        agreement = self.rows(Agreement).filter(proposal=proposal).first()
        if agreement and agreement.state == AgreementState.SENT:
            return redirect("portal:agreement", agreement.pk)
        now = timezone.now()
        propose.opened(proposal=proposal, now=now)
        late = proposal.expires_on and local_day(now, self.client.time_zone) > proposal.expires_on
        if proposal.state != ProposalState.SENT or late:
            return render(
                request, "portal/proposal_over.html", {"proposal": proposal, "agreement": agreement}, status=410
            )
        rungs = propose.rungs(proposal)
        cards = [(tier, ladder.lines(rungs, place)) for place, tier in enumerate(rungs)]
        tax = terms.freeze_tax(proposal.business, self.client)
        context = {"proposal": proposal, "cards": cards, "form": DeclineForm(), "tax": tax}
        return render(request, "portal/proposal.html", context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Pick a tier: the same one again, from another tab, leads to the same agreement."""
        proposal = _sent(self, pk)
        tier = next((t for t in propose.rungs(proposal) if str(t.pk) == request.POST.get("tier")), None)
        if tier is None:
            raise Http404
        try:
            agreement = accept.accept(
                proposal=proposal, tier=tier, contact=self.contact, now=timezone.now(), origin=origin(request)
            )
        except RuleError as no:
            messages.error(request, str(no))
            return redirect("portal:proposal", proposal.pk)
        return redirect("portal:agreement", agreement.pk)


class Decline(PortalView):
    """Say no, with or without a reason."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = _sent(self, pk)
        form = DeclineForm(request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else request.POST.get("reason", "")
        try:
            accept.decline(
                proposal=proposal, contact=self.contact, reason=reason, now=timezone.now(), origin=origin(request)
            )
            messages.success(request, _("Thank you for telling us."))
        except RuleError as no:
            messages.error(request, str(no))
        return redirect("portal:home")


def _sent(view: PortalView, pk: UUID) -> Proposal:
    """A proposal of this client that was sent; a draft does not exist for them (rule 37)."""
    proposal = view.row(Proposal, pk, "business__owner", "client", "contact")
    if proposal.state == ProposalState.DRAFT:
        raise Http404
    return proposal
