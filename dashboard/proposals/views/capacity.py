"""Capacity: hours sold, likely and free in the coming months, and time off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import TimeOff
from agreements.proposals import capacity, time_off, waitlist
from agreements.rules import workload
from core import charts, formats
from core.errors import RuleError
from core.team.roles import Area
from dashboard import last_events
from dashboard.page import DashboardView, add_error
from dashboard.proposals.forms.capacity import OpeningsForm, TimeOffForm

USUAL = 20 * 60  # minutes per month of the tier whose openings are shown by default

WAITING = 50  # clients on the waitlist that are listed


class Capacity(DashboardView):
    """A chart of the next six months, and a form to add time off."""

    needs = Area.PRICES
    template = "dashboard/proposals/capacity.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, TimeOffForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TimeOffForm(request.POST)
        if form.is_valid():
            try:
                time_off.add(business=self.business, now=timezone.now(), **form.cleaned_data)
                messages.success(request, _("Saved."))
                return redirect("dashboard:capacity")
            except RuleError as error:
                add_error(form, error)
        return self._page(request, form, 422)

    def _page(self, request: HttpRequest, form: TimeOffForm, status: int = 200) -> HttpResponse:
        tier_form = OpeningsForm(
            request.GET if "hours" in request.GET else {"hours": f"{USUAL // 60}"}
        )
        minutes = (tier_form.is_valid() and tier_form.cleaned_data["hours"]) or USUAL
        # Without a valid number of hours in the address, the openings of the usual tier are shown.
        loads = capacity.workload_by_month(self.business, self.today)
        return self.show(
            request,
            status,
            form=form,
            asked=tier_form,
            minutes=minutes,
            rows=[
                (load, workload.openings(load.free, minutes) if load.free is not None else None)
                for load in loads
            ],
            chart=_chart(loads, self.business.capacity_minutes),
            waiting=len(waitlist.queue(self.business, timezone.now())),
            away=self.rows(TimeOff).filter(ends_on__gt=self.today),
        )


class Waitlist(DashboardView):
    """Who waits for a place, in the order in which they are told of one."""

    needs = Area.SALES
    template = "dashboard/proposals/waitlist.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        places = waitlist.queue(self.business, timezone.now())
        last = last_events.of_waiting(self, [place.entry for place in places])
        rows = [(place, last[place.entry.pk]) for place in places]
        return self.show(request, rows=rows, next=waitlist.next_in_line(places))


def _chart(loads: list[capacity.Workload], limit: int) -> charts.Columns:
    """The months as stacked columns: signed, added, time off and likely; in minutes."""
    kinds = ("signed", "added", "off", "likely")
    columns: list[tuple[str, list[tuple[str, Any]]]] = [
        (formats.month_short(load.span.start), [(kind, getattr(load, kind)) for kind in kinds])
        for load in loads
    ]
    return charts.stacked(columns, limit=limit or None, show=formats.hours_number, unit=60)


class RemoveTimeOff(DashboardView):
    """Delete a time off: the freelancer works on these days after all."""

    needs = Area.PRICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        time_off.remove(self.row(TimeOff, pk))
        messages.success(request, _("Removed."))
        return redirect("dashboard:capacity")
