"""What the freelancer does about a paper that waits for signatures: sign it, ask again, take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment
from agreements.signing import sign, unsigned
from core.errors import RuleError
from core.web.download import pdf_response
from dashboard.page import DashboardView, say


class PaperDesk(DashboardView):
    """One agreement or amendment of the business."""

    model: type[Agreement] | type[Amendment] = Agreement

    def paper(self, pk: UUID) -> Agreement | Amendment:
        """The row, or 404."""
        related = self.rows(self.model).select_related(
            "business__owner", "signed_document", "document"
        )
        found: Agreement | Amendment = self.row(self.model, pk, related)
        return found

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """One verb, what it did in words, and back to the agreement."""
        paper = self.paper(pk)
        try:
            messages.success(request, self.act(request, paper))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:agreement", paper.agreement.pk)

    def act(self, request: HttpRequest, paper: Agreement | Amendment) -> str:
        raise NotImplementedError


class Countersign(PaperDesk):
    """The business signs last."""

    def act(self, request: HttpRequest, paper: Agreement | Amendment) -> str:
        sign.countersign(paper=paper, actor=self.actor, now=timezone.now(), origin=self.origin)
        return _("Signed. The sealed file follows by email, to both sides.")


class Remind(PaperDesk):
    """Ask again whoever's turn it is."""

    def act(self, request: HttpRequest, paper: Agreement | Amendment) -> str:
        unsigned.remind(paper=paper, now=timezone.now())
        return _("The reminder is on its way.")


class TakeBack(PaperDesk):
    """It need not be signed any more."""

    def act(self, request: HttpRequest, paper: Agreement | Amendment) -> str:
        reason = request.POST.get("reason", "").replace("\x00", "")[:500]
        unsigned.void(
            paper=paper, reason=reason, actor=self.actor, now=timezone.now(), origin=self.origin
        )
        return _("Taken back. Whoever was asked to sign was told.")


class AmendmentPdf(PaperDesk):
    """The signed file, or the one that is read."""

    model = Amendment

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        paper = self.paper(pk)
        document = paper.signed_document or paper.document
        if document is None:
            raise Http404
        return pdf_response(document)


def of_amendment(view: type[PaperDesk]) -> Any:
    """The same door for an amendment."""
    return view.as_view(model=Amendment)
