"""Pause a retainer, skip a period, and go on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.changing import pause
from agreements.models import Agreement
from agreements.rules.states import AgreementState
from core.errors import RuleError
from dashboard.agreements.forms.pause_and_end import PauseForm
from dashboard.page import DashboardView, refuse, say


class PauseAgreement(DashboardView):
    """Leave out the next period, or every one until a day or until it is resumed."""

    template = "dashboard/agreement_pause.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.running(pk), PauseForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.running(pk)
        form = PauseForm(request.POST)
        if form.is_valid():
            try:
                self.act(agreement, form.cleaned_data)
                return redirect("dashboard:agreement", agreement.pk)
            except RuleError as no:
                refuse(form, no)
        return self.page(request, agreement, form, 422)

    def act(self, agreement: Agreement, asked: dict[str, Any]) -> None:
        """One verb, and what it did in words."""
        who = {
            "reason": asked["reason"],
            "actor": self.actor,
            "now": timezone.now(),
            "origin": self.origin,
        }
        if asked["how"] == "skip":
            pause.skip(agreement=agreement, **who)
            messages.success(self.request, _("The next period is skipped. The client was told."))
        else:
            until = asked["resumes_on"] if asked["how"] == "until" else None
            pause.pause(agreement=agreement, resumes_on=until, **who)
            messages.success(
                self.request, _("It is paused from the next period on. The client was told.")
            )

    def page(
        self, request: HttpRequest, agreement: Agreement, form: PauseForm, status: int = 200
    ) -> HttpResponse:
        first = pause.first_free(agreement, timezone.now())
        return self.show(request, status, agreement=agreement, form=form, first=first)

    def running(self, pk: UUID) -> Agreement:
        """An agreement that can be paused."""
        agreement = self.row(
            Agreement, pk, self.rows(Agreement).select_related("client", "business")
        )
        if agreement.state != AgreementState.ACTIVE:
            raise Http404
        return agreement


class ResumeAgreement(DashboardView):
    """Bill again from the next period on."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(
            Agreement, pk, self.rows(Agreement).select_related("client", "business")
        )
        try:
            pause.resume(
                agreement=agreement, actor=self.actor, now=timezone.now(), origin=self.origin
            )
            messages.success(request, _("It goes on with the next period. The client was told."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:agreement", agreement.pk)
