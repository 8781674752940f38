"""The timer: shown on every page of the dashboard, and on a page of its own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.team.roles import Area, Role
from core.web import query_string
from dashboard.page import DashboardView, add_error, show_error
from dashboard.time.forms.entries import TimerForm
from dashboard.time.views.entries import TimeView, logged_message
from delivery.hours import timer
from delivery.hours.offline import decide
from delivery.hours.offline.server_time import running_on_devices
from delivery.models import Timer
from delivery.rules import duration, elapsed


@dataclass(frozen=True)
class RunningTimer:
    """A running timer as a page shows it. `seconds` had passed when the page was rendered."""

    row: Timer
    seconds: int
    is_long: bool

    @property
    def clock(self) -> str:
        """The time passed as hours and minutes."""
        return duration.format_minutes(self.seconds // 60)


def running_timer(request: HttpRequest) -> RunningTimer | None:
    """The timer of the signed-in user, or None. One query."""
    business = getattr(request, "business", None)
    timer_row = timer.running_timer(request.user, business) if business else None  # type: ignore[arg-type]
    if timer_row is None:
        return None
    passed = timezone.now() - timer_row.started_at
    return RunningTimer(timer_row, max(0, int(passed.total_seconds())), passed > timer.ASKS_AFTER)


class TimerPage(TimeView):
    """The running timer and its details; a form to start one if none runs."""

    needs = Area.TIME
    template = "dashboard/time/timer.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        current = running_timer(request)
        if current is None:
            return self.page(request, self.form(None, initial=self.last_choices()))
        row = current.row
        initial = {
            name: getattr(row, name) for name in ("note", "deliverable", "billable", "consumes")
        }
        # A timer that was probably forgotten asks for the real duration.
        if current.is_long:
            initial["minutes"] = duration.format_minutes(
                elapsed.minutes_of(row.started_at, timezone.now())
            )
        return self.page(request, self.form(row, initial=initial | {"agreement": row.agreement_id}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save the details; the button "stop" also logs the time."""
        row = timer.running_timer(self.person, self.business)
        form = self.form(row, request.POST)
        if not form.is_valid():
            return self.page(request, form, 422)
        details = dict(form.cleaned_data)
        minutes = details.pop("minutes") or None
        try:
            timer.change_timer(**self.timer_shown(request), **details)
            if "stop" in request.POST:
                return self.stop(request, minutes=minutes)
            messages.success(request, _("Saved. The timer keeps running."))
            return redirect("dashboard:timer")
        except RuleError as error:
            add_error(form, error)
        return self.page(request, form, 422)

    def form(self, row: Timer | None, data: Any = None, **start: Any) -> TimerForm:
        """The form with the running agreements, and the timer's own even if it has ended."""
        return self.work_form(TimerForm, data, on=self.today, row=row, **start)

    def page(self, request: HttpRequest, form: TimerForm, status: int = 200) -> HttpResponse:
        """Render the form."""
        return self.show(
            request,
            status,
            form=form,
            now=running_timer(request),
            **self.on_devices(),
        )

    def on_devices(self) -> dict[str, Any]:
        """The timers of devices, which are the owner's (rule 82)."""
        if self.role != Role.OWNER:
            return {}
        return {
            "undecided": decide.undecided(self.business),
            "elsewhere": running_on_devices(self.business),
        }

    def timer_shown(self, request: HttpRequest) -> dict[str, Any]:
        """Keyword arguments that name the timer shown on the page, so that no other changes."""
        timer_id = query_string.row_id(request.POST, "timer")
        return {
            "user": self.person,
            "business": self.business,
            "pk": UUID(timer_id) if timer_id else None,
        }

    def stop(self, request: HttpRequest, minutes: int | None = None) -> HttpResponse:
        """Stop the timer and log its time.

        An entry without a note leads to its form, any other one back to the page the user was on.
        """
        row = timer.running_timer(self.person, self.business)
        entries = timer.stop_timer(
            **self.timer_shown(request), now=timezone.now(), actor=self.actor, minutes=minutes
        )
        messages.success(request, logged_message(entries))
        if row and not row.note:
            messages.info(request, _("Say what the work was. The client reads it."))
            return redirect("dashboard:time_edit", entries[-1].pk)
        return redirect(_back(request))


class StartTimer(TimerPage):
    """Start a timer. One that already runs is stopped and its time logged."""

    needs = Area.TIME

    def post_once(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Do not remember the form.

        Starting the same timer twice has no effect anyway, and a page restored from the browser's
        history may start another timer.
        """
        response: HttpResponseBase = super(DashboardView, self).dispatch(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        before = timer.running_timer(self.person, self.business)
        form = self.form(None, request.POST)
        if form.is_valid():
            values = {name: value for name, value in form.cleaned_data.items() if name != "minutes"}
            try:
                row = timer.start_timer(
                    user=self.person, now=timezone.now(), actor=self.actor, **values
                )
                if before and before.pk != row.pk:
                    values = {"client": before.agreement.client.name}
                    messages.success(
                        request,
                        _("The timer for %(client)s was stopped and its time recorded.") % values,
                    )
                return redirect(_back(request))
            except RuleError as error:
                messages.error(
                    request, _("Stop the timer that runs first: %(why)s") % {"why": error}
                )
                return redirect("dashboard:timer")
        return self.page(request, form, 422)


class StopTimer(TimerPage):
    """Stop the timer with the button that is on every page."""

    needs = Area.TIME

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.stop(request)
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:timer")


class DiscardTimer(TimerPage):
    """Discard the running timer without logging its time."""

    needs = Area.TIME

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            timer.discard_timer(**self.timer_shown(request))
            messages.success(request, _("Discarded. Nothing was recorded."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:time")


def _back(request: HttpRequest) -> str:
    """The page on which the button was pressed if it is one of ours, or else the entries."""
    url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(
        url, {request.get_host()}, require_https=request.is_secure()
    )
    return url if is_safe and url.startswith("/") else "dashboard:time"
