"""Timers of devices whose time cannot be counted: recorded as the person says, or discarded."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import local_day
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from dashboard.page import add_error, show_error
from dashboard.time.forms.entries import TimeForm
from dashboard.time.views.entries import TimeView, logged_message
from delivery.hours.offline import decide
from delivery.hours.offline.server_time import end_run
from delivery.models import TimerRun


def nothing_more() -> str:
    """What is said when a sent report counts a timer, and no time was added."""
    return _("Nothing more was recorded. What was in the report stays.")


class DecideTimer(TimeView):
    """Say how long the work of a timer took, on which day and for whom."""

    needs = Area.OWNERSHIP
    template = "dashboard/time/timer_decide.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        run = self.run(pk)
        on = local_day(run.started_at, self.business.time_zone)
        initial: dict[str, Any] = {"agreement": run.agreement_id, "note": run.note, "on": on}
        initial["deliverable"] = run.deliverable
        return self._show(request, run, self._form(run, on, initial=initial))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        on = query_string.day(request.POST, "on") or self.today
        run = self.run(pk)
        form = self._form(run, on, request.POST)
        if form.is_valid():
            try:
                entry = decide.record_run(
                    run=run, now=timezone.now(), actor=self.actor, **form.cleaned_data
                )
                messages.success(request, logged_message([entry]) if entry else nothing_more())
                return redirect("dashboard:timer")
            except RuleError as error:
                add_error(form, error)
        return self._show(request, run, form, 422)

    def run(self, pk: UUID) -> TimerRun:
        """The timer. Raises Http404."""
        related = self.rows(TimerRun).select_related(
            "agreement__client", "deliverable__period__agreement__client"
        )
        return self.row(TimerRun, pk, related)

    def _form(self, run: TimerRun, on: date, data: Any = None, **start: Any) -> TimeForm:
        """The form with the running agreements, and the timer's own even if it has ended."""
        return self.work_form(TimeForm, data, on=on, row=run, **start)

    def _show(
        self, request: HttpRequest, run: TimerRun, form: TimeForm, status: int = 200
    ) -> HttpResponse:
        recorded = decide.recorded(run)
        return self.show(request, status, run=run, form=form, recorded=recorded)


class EndTimer(DecideTimer):
    """Stop a timer that runs on a device."""

    needs = Area.OWNERSHIP
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        end_run(run=self.run(pk), actor=self.actor, now=timezone.now())
        messages.success(request, _("Stopped. The device shows this once it is online."))
        return redirect("dashboard:timer")


class ForgetTimer(DecideTimer):
    """Log nothing for a timer of a device."""

    needs = Area.OWNERSHIP
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            sent = decide.discard_run(run=self.run(pk), actor=self.actor, now=timezone.now())
            messages.success(
                request, nothing_more() if sent else _("Discarded. Nothing was recorded.")
            )
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:timer")
