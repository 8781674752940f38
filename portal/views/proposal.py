"""A proposal: compare the tiers, ask, forward it, decline it, or accept a tier."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Proposal, Question, Tier
from agreements.proposals import (
    accept,
    after_sending,
    client_actions,
    client_view,
    lifecycle,
    waitlist,
)
from agreements.proposals.page import proposal_pdf, reading_time, section_pictures
from agreements.rules.errors import AlreadyPicked, HeldBack
from agreements.rules.states import ProposalState
from billing.emails import offered_sums
from core.dates import local_day
from core.documents.pictures import picture_response
from core.errors import RuleError
from core.tenancy import scoped
from core.web import query_string
from core.web.download import pdf_bytes, pdf_response
from core.web.throttle import too_often
from portal.access import Money, PortalView
from portal.forms import DeclineForm, ForwardForm, QuestionForm, errors_of
from portal.sessions import origin

DOWNLOADS_AN_HOUR = 12  # of one person
MOST_PARTS = 40  # parts of a proposal in one message of its page
OVER = "portal/proposal_over.html"  # shown once a proposal can no longer be accepted


class ProposalPage(PortalView):
    """Read a proposal; POST accepts a tier. Opening the page is recorded."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = _sent_proposal(self, pk)
        latest = after_sending.newest_version(proposal)
        if latest != proposal:
            messages.info(request, _("There is a newer version of this proposal. You see it here."))
            return redirect("portal:proposal", latest.pk)
        now, agreement = timezone.now(), proposal.agreement
        changes = "change" in request.GET and agreement and accept.can_change_tier(agreement, now)
        if agreement and agreement.is_waiting and not changes:
            return redirect("portal:agreement", agreement.pk)
        client_actions.record_opened(
            proposal=proposal, contact=self.contact, now=now, origin=origin(request)
        )
        if proposal.state != ProposalState.SENT or lifecycle.is_past_last_day(proposal, now):
            return render(request, OVER, {"proposal": proposal, "agreement": agreement}, status=410)
        added = [row["key"] for row in agreement.tier.get("extras", [])] if agreement else []
        return self.page(request, proposal, picked=agreement, picked_extras=added)

    def page(
        self, request: HttpRequest, proposal: Proposal, status: int = 200, **forms: Any
    ) -> HttpResponse:
        """Render the proposal. A refused form in `forms` is shown as it was typed.

        `picked` is the agreement of the tier that another one may take the place of.
        """
        today = local_day(timezone.now(), self.client.time_zone)
        seen = client_view.page_context(proposal, today=today)
        tiers = [tier for tier, _lines in seen["cards"]]
        context = {
            **seen,
            **offered_sums.page_context(
                proposal, tiers, seen["tax"], today=today, ticked=forms.get("picked_extras", ())
            ),
            "form": DeclineForm(),
            "question": QuestionForm(),
            "forward": ForwardForm(),
            "questions": self.questions(proposal),
        }
        return render(request, "portal/proposal.html", context | forms, status=status)

    def questions(self, proposal: Proposal) -> Any:
        """The questions about this proposal and its earlier versions, oldest first."""
        versions, version = [proposal.pk], proposal
        # Every version points to the one that it replaced.
        while version.revises:
            version = version.revises
            versions.append(version.pk)
        questions = scoped(Question, self.contact.business).filter(proposal__in=versions)
        return questions.select_related("contact").order_by("created_at")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Accept a tier. Accepting it twice, from two tabs say, gives one agreement.

        `instead_of` is the id of the agreement whose tier the page showed as picked.
        """
        proposal = _sent_proposal(self, pk)
        tier = _tier(proposal, request.POST.get("tier", ""))
        try:
            agreement = accept.accept_proposal(
                proposal=proposal,
                tier=tier,
                contact=self.contact,
                now=timezone.now(),
                origin=origin(request),
                instead_of=self._replaced(request, proposal),
                extras=request.POST.getlist("extra"),
            )
        except AlreadyPicked as error:
            messages.info(request, str(error))
            return redirect(reverse("portal:proposal", args=[proposal.pk]) + "?change")
        except HeldBack as error:
            messages.info(request, str(error))
            return redirect("portal:proposal", proposal.pk)
        except RuleError as error:
            messages.error(request, str(error))
            return redirect("portal:proposal", proposal.pk)
        return redirect("portal:agreement", agreement.pk)

    def _replaced(self, request: HttpRequest, proposal: Proposal) -> Agreement | None:
        """The agreement that the page knew of, if there was one."""
        known = request.POST.get("instead_of", "")
        waiting = self.rows(Agreement).filter(proposal=proposal)
        return next((row for row in waiting if str(row.pk) == known), None)


class AskQuestion(ProposalPage):
    """Ask a question. The answer is sent by email and shown on the page."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal, form = _sent_proposal(self, pk), QuestionForm(request.POST)

        def act() -> None:
            client_actions.ask_question(
                proposal=proposal,
                contact=self.contact,
                now=timezone.now(),
                origin=origin(request),
                text=form.cleaned_data["text"],
            )
            messages.success(
                request,
                _("Your question is on its way. The answer comes by email and appears here."),
            )

        return self.act_and_return(request, proposal, act, question=form)

    def act_and_return(
        self, request: HttpRequest, proposal: Proposal, act: Callable[[], None], **forms: Any
    ) -> HttpResponse:
        """Do the action and go back to the page; show a refused form again where it was typed."""
        (form,) = forms.values()
        if form.is_valid():
            try:
                act()
                return redirect("portal:proposal", proposal.pk)
            except RuleError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        if proposal.state != ProposalState.SENT:
            return render(request, OVER, {"proposal": proposal, "agreement": None}, status=410)
        return self.page(request, proposal, status=422, **forms)


class ForwardProposal(AskQuestion):
    """Forward the proposal to a colleague."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal, form = _sent_proposal(self, pk), ForwardForm(request.POST)

        def act() -> None:
            colleague = client_actions.forward_proposal(
                proposal=proposal,
                contact=self.contact,
                now=timezone.now(),
                origin=origin(request),
                **form.cleaned_data,
            )
            messages.success(
                request, _("It is on its way to %(email)s.") % {"email": colleague.email}
            )

        return self.act_and_return(request, proposal, act, forward=form)


class DownloadProposal(PortalView):
    """The open proposal as a PDF. The page says why there is none."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal, now = _sent_proposal(self, pk), timezone.now()
        page = redirect("portal:proposal", proposal.pk)
        is_open = proposal.state == ProposalState.SENT and not lifecycle.is_past_last_day(
            proposal, now
        )
        if not is_open or after_sending.newest_version(proposal) != proposal:
            return page
        who = str(self.contact.pk)
        if too_often("offer_pdf", who, limit=DOWNLOADS_AN_HOUR, seconds=3600, now=now):
            messages.error(request, _("You have downloaded it often. Please try again in an hour."))
            return page
        today = local_day(now, self.client.time_zone)
        pdf = offered_sums.proposal_file(proposal, today=today)
        client_actions.record_downloaded(
            proposal=proposal, contact=self.contact, now=now, origin=origin(request)
        )
        return pdf_bytes(pdf, proposal_pdf.file_title(proposal))


class JoinWaitlist(PortalView):
    """Join the waitlist for a tier without an opening."""

    money = Money.ALL

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = _sent_proposal(self, pk)
        tier = _tier(proposal, request.POST.get("tier", ""))
        try:
            waitlist.join(
                tier=tier, contact=self.contact, now=timezone.now(), origin=origin(request)
            )
            messages.success(request, _("You are on the waitlist. We write when there is a place."))
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("portal:proposal", proposal.pk)


class TierSeen(PortalView):
    """Record that a tier was viewed. The page's script reports it."""

    money = Money.ALL

    readers_may_post = True

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = _sent_proposal(self, pk)
        tier = _tier(proposal, request.POST.get("tier", ""))
        if not too_often("tier", str(self.contact.pk), limit=60, seconds=3600, now=timezone.now()):
            now = timezone.now()
            client_actions.record_tier_seen(
                proposal=proposal, tier=tier, contact=self.contact, now=now, origin=origin(request)
            )
        return HttpResponse(status=204)


class ProposalRead(PortalView):
    """Take for how long parts of the page were in sight. The page's script reports it."""

    money = Money.ALL

    readers_may_post = True

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal, now = _sent_proposal(self, pk), timezone.now()
        if not too_often("read", str(self.contact.pk), limit=300, seconds=3600, now=now):
            seconds = {
                name: whole
                for name, value in list(request.POST.dict().items())[:MOST_PARTS]
                if (whole := query_string.whole(value)) is not None
            }
            reading_time.record(proposal=proposal, contact=self.contact, seconds=seconds, now=now)
        return HttpResponse(status=204)


class ReferenceLetter(PortalView):
    """A reference letter that belongs to one of this client's proposals."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID, letter: UUID) -> HttpResponse:
        proposal = _sent_proposal(self, pk)
        testimonial = proposal.testimonials.filter(pk=letter).select_related("letter").first()
        if testimonial is None or testimonial.letter is None:
            raise Http404
        return pdf_response(testimonial.letter)


class Face(PortalView):
    """The photo beside a testimonial in one of this client's proposals."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID, testimonial: UUID) -> HttpResponse:
        return picture_response(client_view.photo_name(_sent_proposal(self, pk), testimonial))


class SectionPicture(PortalView):
    """The picture of a section of one of this client's proposals."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID, place: int) -> HttpResponse:
        proposal = _sent_proposal(self, pk)
        return picture_response(section_pictures.picture_name(proposal, place))


class DeclineProposal(PortalView):
    """Decline the proposal, with an optional reason."""

    money = Money.ALL

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = _sent_proposal(self, pk)
        form = DeclineForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(errors_of(form)))
            return redirect("portal:proposal", proposal.pk)
        reason = form.cleaned_data["reason"]
        try:
            accept.decline_proposal(
                proposal=proposal,
                contact=self.contact,
                reason=reason,
                now=timezone.now(),
                origin=origin(request),
            )
            messages.success(request, _("Thank you for telling us."))
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("portal:home")


def _sent_proposal(view: PortalView, pk: UUID) -> Proposal:
    """A proposal that was sent to this client. Raises Http404 for drafts (rule 37)."""
    proposal = view.row(Proposal, pk, "business__owner", "client", "contact", "revises")
    if proposal.state == ProposalState.DRAFT:
        raise Http404
    view.follow_language(proposal.language)
    return proposal


def _tier(proposal: Proposal, pk: str) -> Tier:
    """The proposal's tier with this id. Raises Http404."""
    tier = next((tier for tier in lifecycle.tiers_of(proposal) if str(tier.pk) == pk), None)
    if tier is None:
        raise Http404
    return tier
