"""Agreements and amendments: read, sign, confirm with a code, decline, or download the PDF."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.changing import end
from agreements.contract import amendment_text, clauses
from agreements.models import Agreement, Amendment, Signature
from agreements.proposals import accept
from agreements.rules.errors import HeldBack, WrongCode
from agreements.rules.states import AgreementState
from agreements.rules.terms import CollectBy
from agreements.signing import change_signer, sign, signers, unsigned_documents
from billing.charging import saved_cards
from billing.emails import upcoming_charges
from core import nudge
from core.dates import local_day
from core.errors import RuleError
from core.web.download import pdf_response
from core.web.throttle import too_often
from portal.access import Money, PortalView
from portal.forms import CodeForm, DeclineForm, ReassignForm, SignForm, errors_of
from portal.sessions import origin


class SignableView(PortalView):
    """The base of the pages of an agreement or an amendment, here called a signable document.

    `noun` is the prefix of the URL names of its pages.
    """

    money = Money.ALL

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

    def signable(self, pk: UUID) -> Agreement | Amendment:
        """The agreement or amendment with this id. Raises Http404."""
        signable: Agreement | Amendment = self.row(self.model, pk, *self.related)
        self.follow_language(signable.language)
        return signable

    def is_theirs(self, **kwargs: Any) -> bool:
        """Whoever is to sign a document, or has signed it, reads it."""
        signable = self.row(self.model, kwargs["pk"])
        return any(row.contact_id == self.contact.pk for row in signers.signatures_of(signable))

    def page(self, signable: Agreement | Amendment, name: str = "") -> HttpResponse:
        """Redirect to one of this document's pages."""
        return redirect(f"portal:{self.noun}{name}", signable.pk)

    def own_place(self, signable: Agreement | Amendment) -> Signature | None:
        """This contact's own signature row, if it is their turn to sign; None otherwise."""
        try:
            return signers.require_turn(signable, self.contact)
        except RuleError:
            return None


class AgreementPage(SignableView):
    """Read the document, and sign it while it waits for a signature."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        signable = self.signable(pk)
        if signable.is_void and (newer := self._of_another_tier(signable)):
            messages.info(request, _("Another tier was chosen. This is its agreement."))
            return self.page(newer)
        sign.record_opened(
            paper=signable, contact=self.contact, now=timezone.now(), origin=origin(request)
        )
        return self._show(request, signable, SignForm(initial={"name": self.contact.name}), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Accept the name and the consent, and email the code that confirms the signature."""
        signable = self.signable(pk)
        form = SignForm(request.POST)
        if not form.is_valid():
            return self._show(request, signable, form, 422)
        if self._asked_too_often(signable):
            form.add_error(
                None, _("Too many codes were asked for. Please wait an hour, or write to us.")
            )
            return self._show(request, signable, form, 429)
        try:
            sign.request_code(
                paper=signable,
                contact=self.contact,
                name=form.cleaned_data["name"],
                strokes=form.cleaned_data["strokes"],
                consented=form.cleaned_data["consent"],
                now=timezone.now(),
                origin=origin(request),
            )
        except HeldBack as error:
            messages.info(request, str(error))
            return self.page(signable)
        except RuleError as error:
            form.add_error(None, str(error))
            return self._show(request, signable, form, 409)
        for sentence in form.warnings:
            messages.warning(request, sentence)
        return self.page(signable, "_code")

    def _of_another_tier(self, signable: Agreement | Amendment) -> Agreement | None:
        """The agreement that took this one's place when another tier was picked."""
        return signable.proposal.agreement if isinstance(signable, Agreement) else None

    def _asked_too_often(self, signable: Agreement | Amendment) -> bool:
        """Whether this person has asked for too many codes, each of which can be tried five times.

        The limit for a day keeps somebody who sits in the portal without the mailbox from guessing.
        """
        who, now = f"{signable.pk}:{self.contact.pk}", timezone.now()
        return too_often("code", who, limit=6, seconds=3600, now=now) or too_often(
            "code_day", who, limit=12, seconds=24 * 3600, now=now
        )

    def _show(
        self, request: HttpRequest, signable: Agreement | Amendment, form: SignForm, status: int
    ) -> HttpResponse:
        """Render the document in its own language, with the forms for signing."""
        place = self.own_place(signable)
        context: dict[str, Any] = {
            "agreement": signable,
            "is_amendment": isinstance(signable, Amendment),
            "noun": self.noun,
            "form": form,
            "refusal": DeclineForm(),
            "instead": ReassignForm(),
            "waits": signable.state == AgreementState.SENT,
            "signed": signable.signed_at is not None,
            "in_time": sign.is_in_time(signable, timezone.now()),
            "over": sign.too_late_message(signable),
            "place": place,
            "shows_money": self.shows_money,
            "places": signers.signatures_of(signable),
            "offered": upcoming_charges.offer_to_sign(
                signable, local_day(timezone.now(), self.client.time_zone)
            )
            if isinstance(signable, Agreement)
            else None,
            "can_change_tier": self.shows_money
            and isinstance(signable, Agreement)
            and accept.can_change_tier(signable, timezone.now()),
            "can_end": self.shows_money
            and isinstance(signable, Agreement)
            and end.can_end(signable),
        }
        # The contract text is in the agreement's language, whatever language the page is in.
        with translation.override(signable.language):
            context["clauses"] = (
                amendment_text.clauses(signable)
                if isinstance(signable, Amendment)
                else clauses.clauses(signable)
            )
            context["figures"] = (
                amendment_text.changed_values(signable) if isinstance(signable, Amendment) else []
            )
        return render(request, "portal/agreement.html", context, status=status)


class ConfirmCode(SignableView):
    """Type the code from the email: this signs the document."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._show(request, self.signable(pk), CodeForm(), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        signable = self.signable(pk)
        form, was_signed = CodeForm(request.POST), signable.signed_at is not None
        if not form.is_valid():
            return self._show(request, signable, form, 422)
        try:
            sign.sign_with_code(
                paper=signable,
                contact=self.contact,
                code=form.cleaned_data["code"],
                now=timezone.now(),
                origin=origin(request),
            )
        except HeldBack as error:
            messages.info(request, str(error))
            return self.page(signable)
        except RuleError as error:
            form.add_error("code", str(error))
            return self._show(request, signable, form, 422)
        if isinstance(signable, Amendment):
            if signable.now and not was_signed:
                # An upgrade that applies now is charged as soon as it is signed.
                nudge.ring("billing.tasks.bill")
            return self.page(signable)
        if signable.signed_at is None:
            messages.success(request, _after_own_signature(signable))
            return self.page(signable)
        if not self.shows_money:
            messages.success(request, _("You have signed. Thank you."))
            return self.page(signable)
        if not was_signed:
            nudge.ring("billing.tasks.bill")  # the client waits for the first invoice
        if signable.collect_by == CollectBy.TRANSFER or saved_cards.card_in_use(self.client):
            return redirect("portal:charging", signable.pk)
        return redirect("portal:method")

    def _show(
        self, request: HttpRequest, signable: Agreement | Amendment, form: CodeForm, status: int
    ) -> HttpResponse:
        """Render the form for the code. Raises Http404 if this person has no code to type."""
        signature = next(
            (row for row in signers.signatures_of(signable) if row.contact_id == self.contact.pk),
            None,
        )
        if signature is None or (signature.code_row is None and signature.signed_at is None):
            raise Http404
        if signature.signed_at:
            messages.success(request, _("The agreement is signed."))
            return self.page(signable)
        context = {"agreement": signable, "noun": self.noun, "form": form, "place": signature}
        return render(request, "portal/code.html", context, status=status)


def _after_own_signature(agreement: Agreement) -> str:
    """Who signs next, for somebody who has just signed."""
    rows = signers.due_signatures(signers.signatures_of(agreement), in_order=agreement.in_order)
    names = [row.contact.name if row.contact else agreement.business.name for row in rows]
    facts = {"names": ", ".join(names)}
    return _("You have signed. Still to sign: %(names)s. We email you when it is complete.") % facts


class DeclineToSign(SignableView):
    """Decline to sign, with an optional reason."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        signable, form = self.signable(pk), DeclineForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(errors_of(form)))
            return self.page(signable)
        try:
            unsigned_documents.decline(
                paper=signable,
                contact=self.contact,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                origin=origin(request),
            )
            messages.success(request, _("Thank you for telling us."))
        except RuleError as error:
            messages.error(request, str(error))
        return self.page(signable)


class ReassignSigner(SignableView):
    """Name another person to sign instead; a code to the present signer's mailbox confirms it."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        signable, form = self.signable(pk), ReassignForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(errors_of(form)))
            return self.page(signable)
        who, now = str(self.contact.pk), timezone.now()
        if too_often("instead", who, limit=5, seconds=3600, now=now) or too_often(
            "instead_day", who, limit=10, seconds=24 * 3600, now=now
        ):
            messages.error(
                request, _("Too many people were named. Please wait an hour, or write to us.")
            )
            return self.page(signable)
        try:
            change_signer.request_change(
                paper=signable,
                contact=self.contact,
                now=now,
                origin=origin(request),
                **form.cleaned_data,
            )
        except RuleError as error:
            messages.error(request, str(error))
            return self.page(signable)
        return self.page(signable, "_instead_code")


class ConfirmNewSigner(SignableView):
    """Type the code from the email: this hands the signature over."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._show(request, self.signable(pk), CodeForm(), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        signable, form = self.signable(pk), CodeForm(request.POST)
        if not form.is_valid():
            return self._show(request, signable, form, 422)
        try:
            new_signer = change_signer.confirm_change(
                paper=signable,
                contact=self.contact,
                code=form.cleaned_data["code"],
                now=timezone.now(),
                origin=origin(request),
            )
        except WrongCode as error:
            form.add_error("code", str(error))
            return self._show(request, signable, form, 422)
        except RuleError as error:
            messages.error(request, str(error))
            return self.page(signable)
        messages.success(request, _("We have asked %(name)s to sign.") % {"name": new_signer.name})
        return self.page(signable)

    def _show(
        self, request: HttpRequest, signable: Agreement | Amendment, form: CodeForm, status: int
    ) -> HttpResponse:
        """Render the form for the code, or redirect to the document if no change waits for one."""
        change = change_signer.pending_change(signable, self.contact)
        if change is None:
            return self.page(signable)
        context = {"agreement": signable, "noun": self.noun, "form": form, "change": change}
        return render(request, "portal/signer_code.html", context, status=status)


class SignablePdf(SignableView):
    """The signed PDF, or the PDF to be read before signing."""

    related = ("signed_document", "document")

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        signable = self.signable(pk)
        document = signable.signed_document or signable.document
        if document is None:
            raise Http404
        return pdf_response(document)


def for_amendment(view: type[SignableView], **initkwargs: Any) -> Any:
    """The same view for an amendment, as a URL pattern takes it."""
    related = ("business__owner", "client", "agreement", "document", "signed_document")
    return view.as_view(model=Amendment, noun="amendment", related=related, **initkwargs)
