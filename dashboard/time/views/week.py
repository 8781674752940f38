"""A week of work, Monday to Sunday: what was logged, and which days are missing."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from core.web.keyset_pages import Page, page_of
from dashboard.page import add_error
from dashboard.time.forms.agreement_choice import SEARCH
from dashboard.time.forms.entries import DayNoteForm, PlanForm, TimeForm
from dashboard.time.views.entries import TimeView, logged_message
from delivery.hours import day_plan, time_log
from delivery.hours.week import (
    Cell,
    Day,
    Week,
    agreements_of_week,
    entries_of_day,
    monday_of,
    week_of,
)
from delivery.models import TimeEntry
from delivery.rules import duration

WEEK = timedelta(days=7)
AT_ONCE = 50  # agreements on a page
LISTED = 200  # entries of an opened day
NEEDED = (  # of an agreement: its name, when it runs, and the terms that its hours depend on
    "title",
    "state",
    "starts_on",
    "ends_on",
    "rollover",
    "rollover_percent",
    "rollover_periods",
    "terms",
    "client__name",
    "client__name_key",
)


class WeekPage(TimeView):
    """The table of a week.

    The parameter `day`, optionally with `agreement`, opens the entries of a cell and a form to add
    one.
    """

    needs = Area.TIME
    template = "dashboard/time/time_week.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        day, agreement = self._open(request)
        initial = self.last_choices() | {"on": day, "billable": True, "consumes": True}
        if agreement:
            initial["agreement"] = agreement
        return self._show(request, self._form(request, initial=initial) if day else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request, request.POST)
        if form.is_valid():
            try:
                entry = time_log.log_time(now=timezone.now(), actor=self.actor, **form.cleaned_data)
                messages.success(request, logged_message([entry]))
                here = self._address(monday_of(entry.on))
                query = _cell(here, entry.on, str(entry.period.agreement_id))
                return redirect(f"{reverse('dashboard:time_week')}{query}#cell")
            except RuleError as error:
                add_error(form, error)
        return self._show(request, form, 422)

    def _form(self, request: HttpRequest, data: Any = None, **start: Any) -> TimeForm:
        day, agreement = self._open(request)
        return self.work_form(TimeForm, data, on=day or self.today, only=agreement, **start)

    def _open(self, request: HttpRequest) -> tuple[date | None, str]:
        """The day and the agreement's id in the query string; None and "" if not given."""
        query = request.GET
        return query_string.day(query, "day"), query_string.row_id(query, "agreement")

    def _address(self, monday: date) -> str:
        """The query string of a week, with what this page searches and its place in the list."""
        query = self.request.GET
        kept = {name: query[name] for name in ("q", "after", "before") if query.get(name)}
        return f"?{urlencode({'on': monday.isoformat()} | kept)}"

    def _plan_form(self, opened: Day | Cell | None, agreement: str) -> PlanForm | None:
        """The form to plan time in what is open, None where none can be."""
        if not opened or not opened.can_plan:
            return None
        initial: dict[str, Any] = {"on": opened.day, "agreement": agreement}
        if agreement and opened.planned:
            initial["minutes"] = duration.format_minutes(opened.planned)
        return PlanForm(initial=initial, agreements=self.offered(agreement))

    def _page(self, monday: date) -> Page[Agreement]:
        """The page of the week's agreements that the address asks for, by client name."""
        query = self.request.GET
        agreements = agreements_of_week(self.business, monday)
        if asked := query_string.text(query, "q"):
            named = Q(client__name__icontains=asked) | Q(title__icontains=asked)
            agreements = agreements.filter(named)
        loaded = agreements.select_related("client").only(*NEEDED)
        return page_of(
            loaded, query, by="title", within=("client__name_key",), up=True, size=AT_ONCE
        )

    def _rows(self, page: Page[Agreement], monday: date, opened: str) -> list[Agreement]:
        """The agreements of the page; the opened one is among them."""
        if not opened or any(str(row.pk) == opened for row in page.rows):
            return page.rows
        agreements = agreements_of_week(self.business, monday).filter(pk=opened)
        return [*agreements.select_related("client").only(*NEEDED), *page.rows]

    def _entries(self, day: date | None, agreement: Any) -> list[TimeEntry]:
        """What was logged on the opened day; one more than the page lists tells that there is."""
        if day is None:
            return []
        entries = entries_of_day(self.business, day)
        if agreement:
            entries = entries.filter(period__agreement=agreement)
        client = "period__agreement__client"
        loaded = entries.select_related(client, "deliverable")
        names = ("note", "minutes", "billable", "consumes", "deliverable__title")
        return list(loaded.only(*names, f"{client}__name")[: LISTED + 1])

    def _show(
        self,
        request: HttpRequest,
        form: TimeForm | None,
        status: int = 200,
        *,
        plan: PlanForm | None = None,
        note: DayNoteForm | None = None,
        opened: tuple[date | None, str] | None = None,
    ) -> HttpResponse:
        day, agreement = opened or self._open(request)
        monday = monday_of(query_string.day(request.GET, "on") or day or self.today)
        page = self._page(monday)
        week = week_of(self.business, monday, self.today, self._rows(page, monday, agreement))
        cell = _opened(week, day, agreement)
        entries = self._entries(day, agreement)
        here = self._address(monday)
        return self.show(
            request,
            status,
            week=week,
            page=page,
            asked=query_string.text(request.GET, "q"),
            form=form,
            plan=plan or self._plan_form(cell, agreement),
            day_note=note or (DayNoteForm(initial={"on": day, "text": _note(week, day)})),
            day=day,
            agreement=agreement,
            opened_cell=cell,
            entries=entries[:LISTED],
            has_more=len(entries) > LISTED,
            can_add=form and cell and cell.can_add,
            today=self.today,
            is_this_week=monday == monday_of(self.today),
            here=here,
            opened=_cell(here, day, agreement) if day else here,
            before=monday - WEEK,
            after=monday + WEEK,
        )


class PlanTime(WeekPage):
    """Plan time for an agreement on a day to come."""

    needs = Area.TIME
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PlanForm(
            request.POST,
            agreements=self.offered(
                query_string.row_id(request.POST, "agreement"),
                query_string.text(request.POST, SEARCH),
            ),
        )
        if form.is_valid():
            try:
                day_plan.plan_time(now=timezone.now(), **form.cleaned_data)
                messages.success(request, _("Saved."))
                return redirect(_cell_url(form.cleaned_data["on"]))
            except RuleError as error:
                add_error(form, error)
        day = query_string.day(request.POST, "on") or self.today
        agreement = query_string.row_id(request.POST, "agreement")
        return self._show(request, None, 422, plan=form, opened=(day, agreement))


class NoteDay(WeekPage):
    """Write the note of a day."""

    needs = Area.TIME
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DayNoteForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            day_plan.note_day(business=self.business, now=timezone.now(), **data)
            messages.success(request, _("Saved."))
            return redirect(_cell_url(data["on"]))
        day = query_string.day(request.POST, "on") or self.today
        return self._show(request, None, 422, note=form, opened=(day, ""))


def _cell_url(day: date) -> str:
    """The week page with a day opened."""
    return reverse("dashboard:time_week") + f"?on={day}&day={day}#cell"


def _cell(here: str, day: date, agreement: str) -> str:
    """The query string of a week with a day, or an agreement's cell of it, opened."""
    return f"{here}&day={day.isoformat()}" + (f"&agreement={agreement}" if agreement else "")


def _note(week: Week, day: date | None) -> str:
    """The note of a day of the week."""
    return next((row.note for row in week.days if row.day == day), "")


def _opened(week: Week, day: date | None, agreement: str) -> Day | Cell | None:
    """The chosen day, or the cell of the chosen agreement on it; None if there is none."""
    found = next((row for row in week.days if row.day == day), None)
    if found is None or not agreement:
        return found
    return next((cell for cell in found.cells if str(cell.agreement.pk) == agreement), None)
