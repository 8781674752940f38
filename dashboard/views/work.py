"""Time: every entry, its corrections, and taking one back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.states import RUNS
from core.errors import RuleError
from core.listing import page_of
from dashboard.forms.work import TimeForm
from dashboard.views.desk import Desk, refuse, say
from delivery import log
from delivery.models import Deliverable, TimeEntry


class Time(Desk):
    """Every entry, newest first, and a quick line to add one."""

    template = "dashboard/time.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, TimeForm(agreements=self._running(), initial={"on": self.today}), 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TimeForm(request.POST, agreements=self._running())
        if form.is_valid():
            try:
                log.log_time(now=timezone.now(), actor=self.actor, **form.cleaned_data)
                messages.success(request, _("Written down."))
                return redirect("dashboard:time")
            except RuleError as no:
                refuse(form, no)
        return self._show(request, form, 422)

    def _running(self) -> Any:
        return self.rows(Agreement).filter(state__in=RUNS).select_related("client")

    def _show(self, request: HttpRequest, form: TimeForm, status: int) -> HttpResponse:
        found = self.rows(TimeEntry).select_related("period__agreement__client")
        asked = request.GET.get("q", "").replace("\x00", "")[:100]
        if asked:
            found = found.filter(note__icontains=asked)
        page = page_of(found, request.GET, by="on")
        return self.show(request, form=form, page=page, asked=asked, status=status)


class EditTime(Desk):
    """Correct an entry."""

    template = "dashboard/time_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self._entry(pk)
        hours, minutes = divmod(entry.minutes, 60)
        start = {"on": entry.on, "minutes": f"{hours}:{minutes:02}", "note": entry.note}
        start |= {name: getattr(entry, name) for name in ("billable", "consumes", "deliverable")}
        return self._show(request, entry, self._form(entry, initial=start | {"agreement": entry.period.agreement_id}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self._entry(pk)
        form = self._form(entry, request.POST)
        if form.is_valid():
            words = {name: value for name, value in form.cleaned_data.items() if name != "agreement"}
            try:
                log.change_time(entry=entry, now=timezone.now(), actor=self.actor, **words)
                return redirect("dashboard:time")
            except RuleError as no:
                refuse(form, no)
        return self._show(request, entry, form, 422)

    def _form(self, entry: TimeEntry, data: Any = None, **start: Any) -> TimeForm:
        promised = self.rows(Deliverable).filter(period=entry.period_id)
        return TimeForm(data, agreements=self._own(entry), deliverables=promised, **start)

    def _show(self, request: HttpRequest, entry: TimeEntry, form: TimeForm, status: int = 200) -> HttpResponse:
        return self.show(request, form=form, entry=entry, versions=log.versions(entry), status=status)

    def _entry(self, pk: UUID) -> TimeEntry:
        return self.row(TimeEntry, pk, self.rows(TimeEntry).select_related("period__agreement__client"))

    def _own(self, entry: TimeEntry) -> Any:
        return self.rows(Agreement).filter(pk=entry.period.agreement_id).select_related("client")


class RemoveTime(Desk):
    """Take an entry back."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self.row(TimeEntry, pk, self.rows(TimeEntry).select_related("period"))
        try:
            log.remove_time(entry=entry, now=timezone.now())
            messages.success(request, _("Removed."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:time")
