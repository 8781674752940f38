"""Actions on a proposal: email it to oneself, extend, revise, copy, answer questions."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.models import Proposal, Question, WaitlistEntry
from agreements.proposals import (
    after_sending,
    client_actions,
    client_view,
    lifecycle,
    typed_draft,
    waitlist,
)
from agreements.proposals.page import proposal_pdf, section_pictures
from agreements.signing import held_back
from billing.emails import offered_sums
from clients.models import Client
from core.dates import local_day
from core.documents.pictures import picture_response
from core.errors import RuleError
from core.team.roles import Area
from core.web.download import pdf_bytes
from dashboard.page import DashboardView, show_error
from dashboard.proposals.forms.actions import AnswerForm, CopyForm, ExtendForm

SHARED = "shared_link"  # where the session holds the link that was made last
RELATED = ("client", "contact__client", "business__owner")


class DownloadProposal(DashboardView):
    """The proposal as a PDF, as its client can download it. It is not stored."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk, self.rows(Proposal).select_related(*RELATED))
        if not lifecycle.tiers_of(proposal):  # a draft that was only begun
            messages.error(request, _("Give this proposal a tier first. Then you can see its PDF."))
            return redirect("dashboard:proposal", proposal.pk)
        today = local_day(timezone.now(), proposal.client.time_zone)
        try:
            pdf = offered_sums.proposal_file(proposal, today=today)
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:proposal", proposal.pk)
        return pdf_bytes(pdf, proposal_pdf.file_title(proposal))


class Face(DashboardView):
    """The photo beside a testimonial in a proposal, for the preview."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID, testimonial: UUID) -> HttpResponse:
        return picture_response(client_view.photo_name(self.row(Proposal, pk), testimonial))


class SectionPicture(DashboardView):
    """The picture of a section of a proposal, for the preview."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID, place: int) -> HttpResponse:
        return picture_response(section_pictures.picture_name(self.row(Proposal, pk), place))


class DeleteDraft(DashboardView):
    """Delete a draft: with every change of a person one begins, also by mistake."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        try:
            typed_draft.delete(proposal=proposal)
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:proposal", proposal.pk)
        messages.success(request, _("The draft was deleted."))
        return redirect("dashboard:client", proposal.client_id)


class SendTestEmail(DashboardView):
    """Email the proposal to the freelancer instead of the client."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk, self.rows(Proposal).select_related(*RELATED))
        if self.too_many_test_emails():
            return redirect("dashboard:proposal", proposal.pk)
        try:
            email = after_sending.send_test_email(proposal=proposal, now=timezone.now())
            messages.success(request, _("We emailed the test to %(email)s.") % {"email": email})
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:proposal", proposal.pk)


class ExtendProposal(DashboardView):
    """Move the last day of an open proposal to a later day, and tell the client."""

    needs = Area.OFFERS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        form = ExtendForm(request.POST, after=self.today)
        if not form.is_valid():
            messages.error(request, _("Choose a later day, within half a year."))
            return redirect("dashboard:proposal", proposal.pk)
        try:
            until, now = form.cleaned_data["until"], timezone.now()
            after_sending.extend_proposal(
                proposal=proposal, until=until, actor=self.actor, now=now, origin=self.origin
            )
            messages.success(request, _("The proposal is open longer, and we told the client."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:proposal", proposal.pk)


class ConfirmConsent(DashboardView):
    """Confirm that the client with exclusivity agrees, so that this one can continue."""

    needs = Area.OFFERS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        agreement = proposal.agreement
        page = (
            redirect("dashboard:agreement", agreement.pk)
            if agreement
            else redirect("dashboard:proposal", proposal.pk)
        )
        if "has_consent" not in request.POST:
            messages.error(request, _("Tick that the client with exclusivity has agreed."))
            return page
        people = held_back.confirm_consent(
            proposal=proposal, actor=self.actor, now=timezone.now(), origin=self.origin
        )
        messages.success(request, _("The consent is recorded with both agreements."))
        for contact in people:
            facts = {"name": contact.name}
            messages.success(request, _("We emailed %(name)s that they can continue.") % facts)
        return page


class PassOn(DashboardView):
    """A link to the proposal for WhatsApp, LINE or another message, with a text around it.

    The link stays in the session, so that the page can be loaded again.
    """

    needs = Area.OFFERS
    template = "dashboard/proposals/pass_on.html"

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        try:
            url = after_sending.link_to_pass_on(
                proposal=proposal, actor=self.actor, now=timezone.now()
            )
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:proposal", proposal.pk)
        request.session[SHARED] = {"proposal": str(proposal.pk), "url": url}
        return redirect("dashboard:proposal_link", proposal.pk)

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk, self.rows(Proposal).select_related(*RELATED))
        shared = request.session.get(SHARED, {})
        if shared.get("proposal") != str(proposal.pk):
            return redirect("dashboard:proposal", proposal.pk)
        url = shared["url"]
        with translation.override(proposal.language):
            text = _("Hello %(name)s, here is the proposal “%(title)s”: %(url)s") % {
                "name": proposal.contact.name,
                "title": proposal.title,
                "url": url,
            }
        return self.show(request, proposal=proposal, url=url, text=text)


class ReviseProposal(DashboardView):
    """Create a draft of the next version. The current one stays valid until that is sent."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk)
        try:
            revision = after_sending.revise_proposal(proposal=proposal, now=timezone.now())
            return redirect("dashboard:proposal_edit", revision.pk)
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:proposal", proposal.pk)


class CopyProposal(DashboardView):
    """Make drafts for other clients from a proposal."""

    needs = Area.SALES
    template = "dashboard/proposals/copy.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, self._proposal(pk), CopyForm(clients=self._clients()))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal, form = self._proposal(pk), CopyForm(request.POST, clients=self._clients())
        if not form.is_valid():
            return self._page(request, proposal, form, 422)
        chosen = form.cleaned_data["clients"]
        try:
            with transaction.atomic():
                drafts = [
                    after_sending.copy_for(proposal=proposal, client=client, now=timezone.now())
                    for client in chosen
                ]
        except RuleError as error:
            form.add_error("clients", str(error))
            return self._page(request, proposal, form, 422)
        if len(drafts) == 1:
            return redirect("dashboard:proposal_edit", drafts[0].pk)
        messages.success(
            request, _("%(n)s drafts were created. Check each one.") % {"n": len(drafts)}
        )
        return redirect("dashboard:proposals")

    def _proposal(self, pk: UUID) -> Proposal:
        return self.row(Proposal, pk, self.rows(Proposal).select_related(*RELATED))

    def _clients(self) -> QuerySet[Client]:
        return self.rows(Client)

    def _page(
        self, request: HttpRequest, proposal: Proposal, form: CopyForm, status: int = 200
    ) -> HttpResponse:
        return self.show(request, status, proposal=proposal, form=form)


class AnswerQuestion(DashboardView):
    """Answer a client's question about a proposal, by email."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("proposal__business__owner", "contact__client")
        question = self.row(Question, pk, self.rows(Question).select_related(*related))
        form = AnswerForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Please write an answer."))
            return redirect("dashboard:proposal", question.proposal_id)
        try:
            client_actions.answer_question(
                question=question,
                text=form.cleaned_data["text"],
                actor=self.actor,
                now=timezone.now(),
            )
            messages.success(
                request,
                _("Your answer is on its way to %(name)s.") % {"name": question.contact.name},
            )
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:proposal", question.proposal_id)


class NotifyWaitlist(DashboardView):
    """Tell a client on the waitlist that there is an opening."""

    needs = Area.OFFERS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("proposal__business__owner", "contact__client", "tier")
        entry = self.row(WaitlistEntry, pk, self.rows(WaitlistEntry).select_related(*related))
        try:
            waitlist.announce_opening(wait=entry, actor=self.actor, now=timezone.now())
            messages.success(
                request, _("We told %(name)s that there is a place.") % {"name": entry.contact.name}
            )
        except RuleError as error:
            show_error(request, error)
        if request.POST.get("back") == "waitlist":
            return redirect("dashboard:waitlist")
        return redirect("dashboard:proposal", entry.proposal_id)
