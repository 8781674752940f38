"""A week of work, Monday to Sunday: what was logged, and which days are missing."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from core.errors import RuleError
from core.web import query_string
from dashboard.page import add_error
from dashboard.time.forms.entries import TimeForm
from dashboard.time.views.entries import TimeView, logged_message
from delivery.hours import time_log
from delivery.hours.week import Cell, Week, monday_of, week_of

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

    def _show(self, request: HttpRequest, form: TimeForm | None, status: int = 200) -> HttpResponse:
        day, agreement = self._open(request)
        monday = monday_of(query_string.day(request.GET, "on") or day or self.today)
        week = week_of(self.business, monday, self.today)
        cells = _cells(week, day, agreement)
        neighbors = {"before": monday - WEEK, "after": monday + WEEK}
        here = f"?on={monday.isoformat()}"
        opened = (
            f"{here}&day={day.isoformat()}" + (f"&agreement={agreement}" if agreement else "")
            if day
            else here
        )
        return self.show(
            request,
            status,
            week=week,
            form=form,
            day=day,
            agreement=agreement,
            cells=cells,
            can_add=form and any(cell.can_add for cell in cells),
            today=self.today,
            here=here,
            opened=opened,
            **neighbors,
        )


def _cells(week: Week, day: date | None, agreement: str) -> list[Cell]:
    """The cells of the chosen day, or only that of the chosen agreement."""
    cells = [cell for day_row in week.days if day_row.day == day for cell in day_row.cells]
    return [cell for cell in cells if not agreement or str(cell.agreement.pk) == agreement]
