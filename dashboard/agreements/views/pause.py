"""Pause a retainer, skip one period, and resume."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.changing import pause
from agreements.models import Agreement, Pause
from agreements.rules.states import AgreementState
from core.errors import RuleError
from core.team.roles import Area
from dashboard.agreements.forms.pause_and_end import PauseForm
from dashboard.page import DashboardView, add_error, show_error


class PauseAgreement(DashboardView):
    """Skip the next period, or pause until a given day or until the retainer is resumed."""

    needs = Area.AGREEMENTS
    only_writes = True
    template = "dashboard/agreements/agreement_pause.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.pausable(pk), PauseForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.pausable(pk)
        form = PauseForm(request.POST)
        if form.is_valid():
            try:
                self.act(agreement, form.cleaned_data)
                return redirect("dashboard:agreement", agreement.pk)
            except RuleError as error:
                add_error(form, error)
        return self.page(request, agreement, form, 422)

    def act(self, agreement: Agreement, data: dict[str, Any]) -> None:
        """Skip or pause, and say on the next page what was done."""
        details = {
            "reason": data["reason"],
            "actor": self.actor,
            "now": timezone.now(),
            "origin": self.origin,
        }
        if data["how"] == "skip":
            pause.skip_next_period(agreement=agreement, **details)
            messages.success(self.request, _("The next period is skipped. We told the client."))
        else:
            until = data["resumes_on"] if data["how"] == "until" else None
            pause.pause_agreement(agreement=agreement, resumes_on=until, **details)
            messages.success(
                self.request,
                _("The agreement is paused from the next period on. We told the client."),
            )

    def page(
        self, request: HttpRequest, agreement: Agreement, form: PauseForm, status: int = 200
    ) -> HttpResponse:
        """Render the form with the first period that can still be skipped."""
        first_period = pause.next_billed_period(agreement, timezone.now())
        return self.show(request, status, agreement=agreement, form=form, first=first_period)

    def pausable(self, pk: UUID) -> Agreement:
        """An agreement that can be paused. Raises Http404 if it does not run."""
        agreement = self.row(
            Agreement, pk, self.rows(Agreement).select_related("client", "business")
        )
        if agreement.state != AgreementState.ACTIVE:
            raise Http404
        return agreement


class ResumeAgreement(DashboardView):
    """Resume a paused retainer from the next period on."""

    needs = Area.AGREEMENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(
            Agreement, pk, self.rows(Agreement).select_related("client", "business")
        )
        try:
            pause.resume_agreement(
                agreement=agreement, actor=self.actor, now=timezone.now(), origin=self.origin
            )
            messages.success(
                request, _("The agreement resumes with the next period. We told the client.")
            )
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:agreement", agreement.pk)


class UndoSkip(DashboardView):
    """Take a skipped period up again before it starts."""

    needs = Area.AGREEMENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        skips = self.rows(Pause).filter(is_skip=True).select_related("agreement")
        row = self.row(Pause, pk, skips)
        try:
            pause.take_up_skipped(
                skip=row, actor=self.actor, now=timezone.now(), origin=self.origin
            )
            messages.success(request, _("The period is not skipped any more. We told the client."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:agreement", row.agreement_id)
