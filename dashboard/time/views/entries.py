"""Time: a quick line to write it down, every entry, and what became of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNS
from core import formats
from core.errors import RuleError
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, refuse, say
from dashboard.time.forms.entries import TimeForm
from delivery.hours import time_log
from delivery.models import Deliverable, TimeEntry
from delivery.rules import duration
from delivery.rules.states import DeliverableState

TAKEN = "taken"


class TimeDesk(DashboardView):
    """What the pages about time share: whose work it can be, and for what."""

    def running(self) -> Any:
        """The agreements that time is written for."""
        return (
            self.rows(Agreement)
            .filter(state__in=RUNS)
            .select_related("client")
            .order_by("client__name", "title")
        )

    def promised(self, on: date) -> Any:
        """What is promised in the periods of a day."""
        that_day = self.rows(Deliverable).filter(period__starts_on__lte=on, period__ends_on__gt=on)
        that_day = that_day.filter(state=DeliverableState.OPEN, period__agreement__state__in=RUNS)
        return that_day.select_related("period__agreement__client")

    def usual(self) -> dict[str, Any]:
        """What the last entry was for: the next one is mostly for the same."""
        newest = (
            self.rows(TimeEntry)
            .filter(imported=None)
            .select_related("period")
            .order_by("-on", "-pk")
            .first()
        )
        if newest is None:
            return {}
        return {
            "agreement": newest.period.agreement_id,
            "billable": newest.billable,
            "consumes": newest.consumes,
        }


class Time(TimeDesk):
    """Every entry, newest first, and a quick line to add one."""

    template = "dashboard/time.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        start = {"on": day_of(request.GET, self.today)} | self.usual()
        return self._show(request, self._form(initial=start), 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if form.is_valid():
            try:
                entry = time_log.log_time(now=timezone.now(), actor=self.actor, **form.cleaned_data)
                messages.success(request, written([entry]))
                return redirect("dashboard:time")
            except RuleError as no:
                refuse(form, no)
        return self._show(request, form, 422)

    def _form(self, data: Any = None, **start: Any) -> TimeForm:
        on = day_of(data or {}, self.today)
        return TimeForm(data, agreements=self.running(), promised=self.promised(on), **start)

    def _show(self, request: HttpRequest, form: TimeForm, status: int) -> HttpResponse:
        shown = request.GET.get("state", "")
        found = time_log.taken_back(self.business) if shown == TAKEN else self.rows(TimeEntry)
        found = found.select_related("period__agreement__client", "deliverable")
        asked = request.GET.get("q", "").replace("\x00", "")[:100]
        if asked:
            found = found.filter(
                Q(note__icontains=asked) | Q(period__agreement__client__name__icontains=asked)
            )
        page = page_of(found, request.GET, by="on")
        choices = [(TAKEN, _("Taken back"))]
        return self.show(
            request,
            status,
            form=form,
            page=page,
            asked=asked,
            name="state",
            chosen=shown,
            choices=choices,
            any_label=_("In use"),
            is_taken=shown == TAKEN,
            runs=RUNS,
            today=self.today,
            worked=self._worked(),
        )

    def _worked(self) -> dict[str, int]:
        """Minutes of today and of this week."""
        monday = self.today - timedelta(days=self.today.weekday())
        week = self.rows(TimeEntry).filter(on__range=(monday, monday + timedelta(days=6)))
        sums = week.aggregate(week=Sum("minutes"), today=Sum("minutes", filter=Q(on=self.today)))
        return {name: minutes or 0 for name, minutes in sums.items()}


class Promises(TimeDesk):
    """What can be chosen for a client and a day, as the options of a field."""

    template = "dashboard/time_promises.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        agreement, chosen = request.GET.get("agreement", ""), request.GET.get("deliverable", "")
        found = self.promised(day_of(request.GET, self.today))
        if is_id(chosen):  # what is chosen can stay, though its period may be over
            found = found | self.rows(Deliverable).filter(pk=chosen).select_related(
                "period__agreement__client"
            )
        if is_id(agreement):
            found = found.filter(period__agreement=agreement)
        form = TimeForm(
            initial={"deliverable": request.GET.get("deliverable")},
            agreements=self.running(),
            promised=found,
        )
        return self.show(request, form=form)


class EditTime(TimeDesk):
    """Correct an entry."""

    template = "dashboard/time_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self._entry(pk)
        start = {"on": entry.on, "minutes": duration.clock(entry.minutes), "note": entry.note}
        start |= {name: getattr(entry, name) for name in ("billable", "consumes", "deliverable")}
        return self._show(
            request,
            entry,
            self._form(entry, initial=start | {"agreement": entry.period.agreement_id}),
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self._entry(pk)
        form = self._form(entry, request.POST)
        if form.is_valid():
            words = {
                name: value for name, value in form.cleaned_data.items() if name != "agreement"
            }
            try:
                time_log.change_time(entry=entry, now=timezone.now(), actor=self.actor, **words)
                messages.success(request, _("Saved."))
                return redirect("dashboard:time")
            except RuleError as no:
                refuse(form, no)
        return self._show(request, entry, form, 422)

    def _form(self, entry: TimeEntry, data: Any = None, **start: Any) -> TimeForm:
        """Of its own agreement; for what is promised where it stands, and where its day is moved to."""
        own = self.rows(Agreement).filter(pk=entry.period.agreement_id).select_related("client")
        on = day_of(data or {}, entry.on)
        there = Q(period=entry.period_id) | Q(period__starts_on__lte=on, period__ends_on__gt=on)
        promised = self.rows(Deliverable).filter(there, period__agreement=entry.period.agreement_id)
        form = TimeForm(
            data,
            agreements=own,
            promised=promised.select_related("period__agreement__client"),
            **start,
        )
        form.stand_still()
        return form

    def _show(
        self, request: HttpRequest, entry: TimeEntry, form: TimeForm, status: int = 200
    ) -> HttpResponse:
        return self.show(
            request, form=form, entry=entry, versions=time_log.versions(entry), status=status
        )

    def _entry(self, pk: UUID) -> TimeEntry:
        related = self.rows(TimeEntry).select_related(
            "period__agreement__client", "deliverable", "imported"
        )
        return self.row(TimeEntry, pk, related)


class RemoveTime(DashboardView):
    """Take an entry back."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self.row(TimeEntry, pk, self.rows(TimeEntry).select_related("period"))
        try:
            time_log.remove_time(entry=entry, now=timezone.now(), actor=self.actor)
            messages.success(request, _("Taken back. It is kept among what was taken back."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:time")


def written(entries: list[TimeEntry]) -> str:
    """What was written down, for the top of the next page."""
    words = {"client": entries[0].period.agreement.client.name}
    words["clock"] = duration.clock(sum(entry.minutes for entry in entries))
    said = _("Written down: %(clock)s for %(client)s.") % words
    late = next((entry for entry in entries if entry.is_late), None)
    if late is None:
        return said
    words = {"day": formats.day(late.period.starts_on)}
    return (
        f"{said} "
        + _("The report for that day was sent: it counts in the period from %(day)s on.") % words
    )


def day_of(asked: Mapping[str, Any], otherwise: Any) -> Any:
    """The day that an address or a form names; `otherwise` where it names none, or one of another century."""
    try:
        found = date.fromisoformat(asked.get("on", ""))
    except ValueError:
        return otherwise
    return found if 2000 <= found.year < 2100 else otherwise


def is_id(text: str) -> bool:
    """Whether it could be the id of a row."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False
