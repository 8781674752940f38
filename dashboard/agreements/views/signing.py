"""Documents that wait for signatures: countersign, remind the signers, or void the document.

A signable document is an agreement or an amendment: every view here works for both.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment
from agreements.signing import sign, unsigned_documents
from core import nudge
from core.errors import RuleError
from core.team.roles import Area
from core.web.download import pdf_response
from dashboard.page import DashboardView, show_error


class SignableView(DashboardView):
    """The base of the actions on one agreement or amendment of the business."""

    model: type[Agreement] | type[Amendment] = Agreement

    def signable(self, pk: UUID) -> Agreement | Amendment:
        """The agreement or amendment with this id. Raises Http404."""
        queryset = self.rows(self.model).select_related(
            "business__owner", "signed_document", "document"
        )
        signable: Agreement | Amendment = self.row(self.model, pk, queryset)
        return signable

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Perform the action, say what was done, and go back to the agreement."""
        signable = self.signable(pk)
        try:
            messages.success(request, self.act(request, signable))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:agreement", signable.agreement.pk)

    def act(self, request: HttpRequest, signable: Agreement | Amendment) -> str:
        """Perform the action and return the message for the next page. Raises RuleError."""
        raise NotImplementedError


class Countersign(SignableView):
    """Sign for the business, after the client has signed."""

    needs = Area.SIGNING
    only_writes = True

    def act(self, request: HttpRequest, signable: Agreement | Amendment) -> str:
        sign.countersign(paper=signable, actor=self.actor, now=timezone.now(), origin=self.origin)
        nudge.ring("billing.tasks.bill")  # what is due at once is billed at once
        return _("Signed. The sealed file follows by email, to both sides.")


class RemindSigner(SignableView):
    """Remind the person whose turn it is to sign."""

    needs = Area.AGREEMENTS

    def act(self, request: HttpRequest, signable: Agreement | Amendment) -> str:
        unsigned_documents.remind(paper=signable, now=timezone.now())
        return _("The reminder is on its way.")


class VoidDocument(SignableView):
    """Void a document that was sent to be signed."""

    needs = Area.AGREEMENTS

    def act(self, request: HttpRequest, signable: Agreement | Amendment) -> str:
        reason = request.POST.get("reason", "").replace("\x00", "")[:500]
        unsigned_documents.withdraw(
            paper=signable, reason=reason, actor=self.actor, now=timezone.now(), origin=self.origin
        )
        return _("Withdrawn. Everybody who was asked to sign was told.")


class AmendmentPdf(DashboardView):
    """The signed PDF of an amendment, or the PDF to be read before signing."""

    needs = Area.AGREEMENTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(Amendment).select_related("signed_document", "document")
        amendment = self.row(Amendment, pk, related)
        document = amendment.signed_document or amendment.document
        if document is None:
            raise Http404
        return pdf_response(document)


def for_amendment(view: type[SignableView]) -> Any:
    """The same view for an amendment, as a URL pattern takes it."""
    return view.as_view(model=Amendment)
