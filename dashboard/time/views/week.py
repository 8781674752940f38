"""A week of work, Monday to Sunday: what was logged, and which days are missing."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.web import query_string
from dashboard.page import add_error
from dashboard.time.forms.entries import DayNoteForm, PlanForm, TimeForm
from dashboard.time.views.entries import TimeView, logged_message
from delivery.hours import day_plan, time_log
from delivery.hours.week import Cell, Week, monday_of, week_of
from delivery.rules import duration

WEEK = timedelta(days=7)


class WeekPage(TimeView):
    """The table of a week.

    The parameter `day`, optionally with `agreement`, opens the entries of a cell and a form to add
    one.
    """

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
                query = f"?on={entry.on}&day={entry.on}&agreement={entry.period.agreement_id}#cell"
                return redirect(reverse("dashboard:time_week") + query)
            except RuleError as error:
                add_error(form, error)
        return self._show(request, form, 422)

    def _form(self, request: HttpRequest, data: Any = None, **start: Any) -> TimeForm:
        day, agreement = self._open(request)
        promised = self.open_deliverables(query_string.day(data or {}, "on") or day or self.today)
        if agreement and not data:
            promised = promised.filter(period__agreement=agreement)
        return TimeForm(data, agreements=self.running(), promised=promised, **start)

    def _open(self, request: HttpRequest) -> tuple[date | None, str]:
        """The day and the agreement's id in the query string; None and "" if not given."""
        query = request.GET
        return query_string.day(query, "day"), query_string.row_id(query, "agreement")

    def _plan_form(self, cells: list[Cell], day: date | None, agreement: str) -> PlanForm | None:
        """The form to plan time in the open cells, None where none can be."""
        if not any(cell.can_plan for cell in cells):
            return None
        initial: dict[str, Any] = {"on": day, "agreement": agreement}
        if agreement and cells[0].planned:
            initial["minutes"] = duration.format_minutes(cells[0].planned)
        return PlanForm(initial=initial, agreements=self.running())

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
        week = week_of(self.business, monday, self.today)
        cells = _cells(week, day, agreement)
        neighbors = {"before": monday - WEEK, "after": monday + WEEK}
        here = f"?on={monday.isoformat()}"
        address = (
            f"{here}&day={day.isoformat()}" + (f"&agreement={agreement}" if agreement else "")
            if day
            else here
        )
        return self.show(
            request,
            status,
            week=week,
            form=form,
            plan=plan or self._plan_form(cells, day, agreement),
            day_note=note or (DayNoteForm(initial={"on": day, "text": _note(week, day)})),
            day=day,
            agreement=agreement,
            cells=cells,
            can_add=form and any(cell.can_add for cell in cells),
            today=self.today,
            is_this_week=monday == monday_of(self.today),
            here=here,
            opened=address,
            **neighbors,
        )


class PlanTime(WeekPage):
    """Plan time for an agreement on a day to come."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PlanForm(request.POST, agreements=self.running())
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


def _note(week: Week, day: date | None) -> str:
    """The note of a day of the week."""
    return next((row.note for row in week.days if row.day == day), "")


def _cells(week: Week, day: date | None, agreement: str) -> list[Cell]:
    """The cells of the chosen day, or only that of the chosen agreement."""
    cells = [cell for day_row in week.days if day_row.day == day for cell in day_row.cells]
    return [cell for cell in cells if not agreement or str(cell.agreement.pk) == agreement]
