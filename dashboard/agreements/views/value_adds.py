"""Add something to a running agreement for a time, and take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.changing import give_value_add
from agreements.models import Agreement, GivenValueAdd, ValueAdd
from agreements.rules.states import RUNNING_STATES
from core.dates import local_day
from core.errors import RuleError
from core.team.roles import Area
from dashboard.agreements.forms.value_add import GiveValueAddForm
from dashboard.page import DashboardView, add_error, show_error, show_warnings


class GiveValueAdd(DashboardView):
    """A gift for a time, from the bank or in free words. The client is told by email."""

    needs = Area.AGREEMENTS
    only_writes = True
    template = "dashboard/agreements/value_add.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._running(pk)
        today = local_day(timezone.now(), agreement.time_zone)
        return self._page(request, agreement, GiveValueAddForm(initial={"starts_on": today}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._running(pk)
        form = GiveValueAddForm(request.POST)
        if not form.is_valid():
            return self._page(request, agreement, form, 422)
        try:
            give_value_add.give(
                agreement=agreement,
                actor=self.actor,
                now=timezone.now(),
                origin=self.origin,
                **form.cleaned_data,
            )
        except RuleError as error:
            add_error(form, error)
            return self._page(request, agreement, form, 422)
        show_warnings(request, form)
        messages.success(request, _("Added. We emailed the client what and until when."))
        return redirect("dashboard:agreement", agreement.pk)

    def _page(
        self, request: HttpRequest, agreement: Agreement, form: Any, status: int = 200
    ) -> HttpResponse:
        bank = self.rows(ValueAdd)
        return self.show(request, status, agreement=agreement, form=form, bank=bank)

    def _running(self, pk: UUID) -> Agreement:
        """An agreement that runs. Raises Http404 for any other."""
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related("client"))
        if agreement.state not in RUNNING_STATES:
            raise Http404
        return agreement


class TakeBackValueAdd(DashboardView):
    """Take back what was given by mistake. The client is told."""

    needs = Area.AGREEMENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(GivenValueAdd).select_related("agreement__contact", "business")
        row = self.row(GivenValueAdd, pk, related)
        try:
            give_value_add.take_back(
                row=row, actor=self.actor, now=timezone.now(), origin=self.origin
            )
            messages.success(request, _("Taken back. We told the client."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:agreement", row.agreement_id)
