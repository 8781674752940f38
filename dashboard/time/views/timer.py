"""The timer: on every page of the desk, and on one of its own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import RuleError
from dashboard.page import DashboardView, refuse, say
from dashboard.time.forms.entries import TimerForm
from dashboard.time.views.entries import TimeDesk, is_id, written
from delivery.hours import timer
from delivery.models import Timer
from delivery.rules import duration, elapsed


@dataclass(frozen=True)
class Running:
    """A timer as a page shows it: `seconds` had passed when the page was made."""

    row: Timer
    seconds: int
    is_long: bool

    @property
    def clock(self) -> str:
        """Hours and minutes."""
        return duration.clock(self.seconds // 60)


def running(request: HttpRequest) -> Running | None:
    """The timer of whoever looks at a page: one query."""
    business = getattr(request, "business", None)
    row = timer.running(request.user, business) if business else None  # type: ignore[arg-type]
    if row is None:
        return None
    passed = timezone.now() - row.started_at
    return Running(row, max(0, int(passed.total_seconds())), passed > timer.ASKS_AFTER)


class TimerPage(TimeDesk):
    """What runs: what it is for, how long it really was; or, where nothing runs, a form to begin."""

    template = "dashboard/timer.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        now = running(request)
        if now is None:
            return self.page(request, self.form(None, initial=self.usual()))
        row = now.row
        start = {
            name: getattr(row, name) for name in ("note", "deliverable", "billable", "consumes")
        }
        if now.is_long:
            start["minutes"] = duration.clock(elapsed.minutes_of(row.started_at, timezone.now()))
        return self.page(request, self.form(row, initial=start | {"agreement": row.agreement_id}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Say what it is for; "stop" also writes it down."""
        row = timer.running(self.business.owner, self.business)
        form = self.form(row, request.POST)
        if not form.is_valid():
            return self.page(request, form, 422)
        words = dict(form.cleaned_data)
        minutes = words.pop("minutes") or None
        try:
            timer.change(**self.which(request), **words)
            if "stop" in request.POST:
                return self.stopped(request, minutes=minutes)
            messages.success(request, _("Saved. The timer goes on."))
            return redirect("dashboard:timer")
        except RuleError as no:
            refuse(form, no)
        return self.page(request, form, 422)

    def form(self, row: Timer | None, data: Any = None, **start: Any) -> TimerForm:
        """With the running agreements, and the timer's own though it may have ended meanwhile."""
        found = self.running()
        if row:
            found = found | self.rows(Agreement).filter(pk=row.agreement_id).select_related(
                "client"
            )
        promised = list(self.promised(self.today))
        if row and row.deliverable and row.deliverable not in promised:
            promised.append(row.deliverable)
        return TimerForm(data, agreements=found, promised=promised, **start)

    def page(self, request: HttpRequest, form: TimerForm, status: int = 200) -> HttpResponse:
        """The form, as it was typed where it was refused."""
        return self.show(request, status, form=form, now=running(request))

    def which(self, request: HttpRequest) -> dict[str, Any]:
        """The timer that the person had before their eyes."""
        asked = request.POST.get("timer", "")
        return {
            "user": self.business.owner,
            "business": self.business,
            "pk": UUID(asked) if is_id(asked) else None,
        }

    def stopped(self, request: HttpRequest, minutes: int | None = None) -> HttpResponse:
        """Stop it, and lead on: to the entry where it says nothing yet, else where the person was."""
        row = timer.running(self.business.owner, self.business)
        made = timer.stop(
            **self.which(request), now=timezone.now(), actor=self.actor, minutes=minutes
        )
        messages.success(request, written(made))
        if row and not row.note:
            messages.info(request, _("Say what it was: the client reads it."))
            return redirect("dashboard:time_edit", made[-1].pk)
        return redirect(_back(request))


class StartTimer(TimerPage):
    """Begin; what ran before is stopped and written down."""

    def post_once(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Starting the same twice is starting it once by itself, and a form that comes back may start another."""
        answer: HttpResponseBase = super(DashboardView, self).dispatch(request, *args, **kwargs)
        return answer

    def post(self, request: HttpRequest) -> HttpResponse:
        before = timer.running(self.business.owner, self.business)
        form = self.form(None, request.POST)
        if form.is_valid():
            words = {name: value for name, value in form.cleaned_data.items() if name != "minutes"}
            try:
                row = timer.start(
                    user=self.business.owner, now=timezone.now(), actor=self.actor, **words
                )
                if before and before.pk != row.pk:
                    words = {"client": before.agreement.client.name}
                    messages.success(
                        request, _("The timer for %(client)s was stopped and written down.") % words
                    )
                return redirect(_back(request))
            except RuleError as no:
                messages.error(request, _("Stop the timer that runs first: %(why)s") % {"why": no})
                return redirect("dashboard:timer")
        return self.page(request, form, 422)


class StopTimer(TimerPage):
    """The button on every page."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.stopped(request)
        except RuleError as no:
            say(request, no)
            return redirect("dashboard:timer")


class DiscardTimer(TimerPage):
    """Throw it away."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            timer.discard(**self.which(request))
            messages.success(request, _("Thrown away. Nothing was written down."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:time")


def _back(request: HttpRequest) -> str:
    """The page on which the button was pressed, if it is one of ours."""
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return asked if safe and asked.startswith("/") else "dashboard:time"
