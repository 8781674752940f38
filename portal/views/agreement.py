"""The agreement: read, sign, confirm by code; afterwards the signed PDF."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements import sign
from agreements.clauses import clauses
from agreements.models import Agreement
from agreements.states import AgreementState
from billing import methods
from core.download import pdf_response
from core.errors import RuleError
from core.throttle import too_often
from portal.access import PortalView, origin
from portal.forms import CodeForm, SignForm

RELATED = ("business__owner", "client", "contact", "document", "signed_document", "proposal")


class AgreementPage(PortalView):
    """Read it; sign it while it waits."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, *RELATED)
        sign.opened(agreement=agreement, contact=self.contact, now=timezone.now(), origin=origin(request))
        return self._show(request, agreement, SignForm(initial={"name": self.contact.name}), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Name and consent: mails the code."""
        agreement = self.row(Agreement, pk, *RELATED)
        form = SignForm(request.POST)
        if not form.is_valid():
            return self._show(request, agreement, form, 422)
        if too_often("code", str(agreement.pk), limit=6, seconds=3600):
            form.add_error(None, _("Too many codes were asked for. Please wait an hour, or write to us."))
            return self._show(request, agreement, form, 429)
        try:
            sign.begin(
                agreement=agreement,
                contact=self.contact,
                name=form.cleaned_data["name"],
                consented=form.cleaned_data["consent"],
                now=timezone.now(),
                origin=origin(request),
            )
        except RuleError as no:
            form.add_error(None, str(no))
            return self._show(request, agreement, form, 409)
        return redirect("portal:code", agreement.pk)

    def _show(self, request: HttpRequest, agreement: Agreement, form: SignForm, status: int) -> HttpResponse:
        with translation.override(agreement.language):
            text = clauses(agreement)
        context = {
            "agreement": agreement,
            "clauses": text,
            "form": form,
            "waits": agreement.state == AgreementState.SENT,
            "mine": agreement.contact_id == self.contact.pk,
        }
        return render(request, "portal/agreement.html", context, status=status)


class Code(PortalView):
    """Type the code: signed."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._show(request, self._started(pk), CodeForm(), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._started(pk)
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._show(request, agreement, form, 422)
        try:
            sign.confirm(
                agreement=agreement,
                contact=self.contact,
                code=form.cleaned_data["code"],
                now=timezone.now(),
                origin=origin(request),
            )
        except RuleError as no:
            form.add_error("code", str(no))
            return self._show(request, agreement, form, 422)
        if methods.in_use(self.client):
            return redirect("portal:charging", agreement.pk)
        return redirect("portal:method")

    def _started(self, pk: UUID) -> Agreement:
        agreement = self.row(Agreement, pk, *RELATED, "signature")
        if not hasattr(agreement, "signature"):
            raise Http404
        return agreement

    def _show(self, request: HttpRequest, agreement: Agreement, form: CodeForm, status: int) -> HttpResponse:
        if agreement.state != AgreementState.SENT:
            messages.success(request, _("The agreement is signed."))
            return redirect("portal:agreement", agreement.pk)
        return render(request, "portal/code.html", {"agreement": agreement, "form": form}, status=status)


class AgreementPdf(PortalView):
    """The signed file, or the one to read before."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, "signed_document", "document")
        document = agreement.signed_document or agreement.document
        if document is None:
            raise Http404
        return pdf_response(document)
