"""Papers to sign: read, sign, confirm by code, or say no; afterwards the signed PDF."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.changing import end
from agreements.contract import amendment_text, clauses
from agreements.models import Agreement, Amendment, Signature
from agreements.rules.states import AgreementState
from agreements.signing import sign, signers, unsigned
from billing.charging import methods
from core import nudge
from core.errors import RuleError
from core.web.download import pdf_response
from core.web.throttle import too_often
from portal.access import PortalView, origin
from portal.forms import CodeForm, DeclineForm, InsteadForm, SignForm


class PaperView(PortalView):
    """What the pages of an agreement and of an amendment share; `paper` is one or the other."""

    model: type[Agreement] | type[Amendment] = Agreement
    noun = "agreement"
    related: tuple[str, ...] = (
        "business__owner",
        "client",
        "contact",
        "document",
        "signed_document",
        "proposal",
    )

    def paper(self, pk: UUID) -> Agreement | Amendment:
        """The row, or 404."""
        found: Agreement | Amendment = self.row(self.model, pk, *self.related)
        return found

    def page(self, paper: Agreement | Amendment, name: str = "") -> HttpResponse:
        """To one of this paper's pages."""
        return redirect(f"portal:{self.noun}{name}", paper.pk)

    def place(self, paper: Agreement | Amendment) -> Signature | None:
        """Where this person signs, if they are asked now."""
        try:
            return signers.own_turn(paper, self.contact)
        except RuleError:
            return None


class AgreementPage(PaperView):
    """Read it; sign it while it waits."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        paper = self.paper(pk)
        sign.opened(paper=paper, contact=self.contact, now=timezone.now(), origin=origin(request))
        return self._show(request, paper, SignForm(initial={"name": self.contact.name}), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Name and consent: mails the code."""
        paper = self.paper(pk)
        form = SignForm(request.POST)
        if not form.is_valid():
            return self._show(request, paper, form, 422)
        if too_often("code", f"{paper.pk}:{self.contact.pk}", limit=6, seconds=3600):
            form.add_error(
                None, _("Too many codes were asked for. Please wait an hour, or write to us.")
            )
            return self._show(request, paper, form, 429)
        try:
            sign.begin(
                paper=paper,
                contact=self.contact,
                name=form.cleaned_data["name"],
                strokes=form.cleaned_data["strokes"],
                consented=form.cleaned_data["consent"],
                now=timezone.now(),
                origin=origin(request),
            )
        except RuleError as no:
            form.add_error(None, str(no))
            return self._show(request, paper, form, 409)
        return self.page(paper, "_code")

    def _show(
        self, request: HttpRequest, paper: Agreement | Amendment, form: SignForm, status: int
    ) -> HttpResponse:
        place = self.place(paper)
        context: dict[str, Any] = {
            "agreement": paper,
            "is_amendment": isinstance(paper, Amendment),
            "noun": self.noun,
            "form": form,
            "refusal": DeclineForm(),
            "instead": InsteadForm(),
            "waits": paper.state == AgreementState.SENT,
            "signed": paper.signed_at is not None,
            "in_time": sign.is_in_time(paper, timezone.now()),
            "over": sign.over_words(paper),
            "place": place,
            "places": signers.places(paper),
            "can_end": isinstance(paper, Agreement) and end.can_end(paper),
        }
        with translation.override(paper.language):
            context["clauses"] = (
                amendment_text.clauses(paper)
                if isinstance(paper, Amendment)
                else clauses.clauses(paper)
            )
            context["figures"] = (
                amendment_text.figures(paper) if isinstance(paper, Amendment) else []
            )
        return render(request, "portal/agreement.html", context, status=status)


class Code(PaperView):
    """Type the code: signed."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._show(request, self.paper(pk), CodeForm(), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        paper = self.paper(pk)
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._show(request, paper, form, 422)
        try:
            sign.confirm(
                paper=paper,
                contact=self.contact,
                code=form.cleaned_data["code"],
                now=timezone.now(),
                origin=origin(request),
            )
        except RuleError as no:
            form.add_error("code", str(no))
            return self._show(request, paper, form, 422)
        if isinstance(paper, Amendment):
            if paper.now:
                nudge.ring("billing.tasks.bill")
            return self.page(paper)
        if methods.in_use(self.client):
            return redirect("portal:charging" if paper.signed_at else "portal:agreement", paper.pk)
        return redirect("portal:method")

    def _show(
        self, request: HttpRequest, paper: Agreement | Amendment, form: CodeForm, status: int
    ) -> HttpResponse:
        own = next(
            (row for row in signers.places(paper) if row.contact_id == self.contact.pk), None
        )
        if own is None or (own.code_row is None and own.signed_at is None):
            raise Http404
        if own.signed_at:
            messages.success(request, _("The agreement is signed."))
            return self.page(paper)
        context = {"agreement": paper, "noun": self.noun, "form": form, "place": own}
        return render(request, "portal/code.html", context, status=status)


class DeclineToSign(PaperView):
    """Say no to a paper, with or without a reason."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        paper, form = self.paper(pk), DeclineForm(request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        try:
            unsigned.decline(
                paper=paper,
                contact=self.contact,
                reason=reason,
                now=timezone.now(),
                origin=origin(request),
            )
            messages.success(request, _("Thank you for telling us."))
        except RuleError as no:
            messages.error(request, str(no))
        return self.page(paper)


class SomebodyElse(PaperView):
    """Name the person who signs instead."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        paper, form = self.paper(pk), InsteadForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(_said(form)))
            return self.page(paper)
        if too_often("instead", str(self.contact.pk), limit=5, seconds=3600):
            messages.error(
                request, _("Too many people were named. Please wait an hour, or write to us.")
            )
            return self.page(paper)
        try:
            other = signers.reassign(
                paper=paper,
                contact=self.contact,
                now=timezone.now(),
                origin=origin(request),
                **form.cleaned_data,
            )
            messages.success(request, _("We have asked %(name)s to sign.") % {"name": other.name})
        except RuleError as no:
            messages.error(request, str(no))
        return self.page(paper)


class PaperPdf(PaperView):
    """The signed file, or the one to read before."""

    related = ("signed_document", "document")

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        paper = self.paper(pk)
        document = paper.signed_document or paper.document
        if document is None:
            raise Http404
        return pdf_response(document)


def of_amendment(view: type[PaperView], **also: Any) -> Any:
    """The same page for an amendment."""
    related = ("business__owner", "client", "agreement", "document", "signed_document")
    return view.as_view(model=Amendment, noun="amendment", related=related, **also)


def _said(form: BaseForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]
