"""Time entries: add one with a single line, list them all, correct or remove one."""

from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import trigger_client_event

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from core import formats
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from dashboard.lists.list_page import ListPage, Order
from dashboard.page import DashboardView, add_error, show_error
from dashboard.time.forms.agreement_choice import SEARCH, Offered, label_of
from dashboard.time.forms.entries import BulkForm, EditForm, TimeForm, WorkForm
from dashboard.time.views.bulk_undo import undo_offered
from delivery.hours import time_log
from delivery.models import Deliverable, TimeEntry
from delivery.rules import duration
from delivery.rules.states import DeliverableState

W = TypeVar("W", bound=WorkForm)
OFFERED = 100  # agreements, and deliverables, in a list to choose from; more are searched
REMOVED = "taken"  # the filter that lists removed entries


class TimeView(DashboardView):
    """The base of the pages about time: the agreements and deliverables to log time for."""

    def running(self) -> Any:
        """The agreements for which time can be logged."""
        return self.named(self.rows(Agreement).filter(state__in=RUNNING_STATES))

    def named(self, agreements: Any) -> Any:
        """These agreements by name, with what their names need alone."""
        needed = ("title", "client__name", "client__name_key")
        loaded = agreements.select_related("client").only(*needed)
        return loaded.order_by("client__name_key", "title")

    def offered(self, chosen: str, asked: str = "", own: Any = None) -> Offered:
        """The agreements that a form offers: all that run, or of many those that are likely.

        `asked` searches the others. The `chosen` one is among them. `own` is offered in any state.
        """
        agreements, rows = self.running(), self._first
        if own and own not in {row.pk for row in rows}:
            agreements = agreements | self.named(self.rows(Agreement).filter(pk=own))
            rows = list(agreements[: OFFERED + 1])
        if len(rows) <= OFFERED:
            return Offered(agreements, rows)
        likely = Q(pk__in=self._newest())
        if asked:
            likely = Q(client__name__icontains=asked) | Q(title__icontains=asked)
        if chosen:
            likely |= Q(pk=chosen)
        found = list(agreements.filter(likely)[:OFFERED])
        return Offered(agreements, found if found or asked else rows[:OFFERED], is_part=True)

    @cached_property
    def _first(self) -> list[Agreement]:
        """The first agreements by name; one more than are offered tells that there are others."""
        return list(self.running()[: OFFERED + 1])

    def _newest(self) -> Any:
        """The agreements of the newest entries, as a part of another query."""
        newest = self.rows(TimeEntry).order_by("-on", "-pk")
        return newest.values("period__agreement")[:OFFERED]

    def open_deliverables(self, on: date) -> Any:
        """The open deliverables of the periods that contain a day."""
        deliverables = self.rows(Deliverable).filter(
            period__starts_on__lte=on, period__ends_on__gt=on
        )
        deliverables = deliverables.filter(
            state=DeliverableState.OPEN, period__agreement__state__in=RUNNING_STATES
        )
        return self.promised(deliverables)

    def promised(self, deliverables: Any) -> Any:
        """These deliverables, with what their names and their clients' need alone."""
        client = "period__agreement__client"
        needed = ("title", "position", "period__agreement__client_id", f"{client}__name")
        return deliverables.select_related(client).only(*needed)

    def offered_deliverables(self, on: date, agreement: str, own: Any = None) -> Any:
        """The deliverables that a form offers: all that are open, or of many the agreement's.

        `own` is offered in any state.
        """
        deliverables = self.open_deliverables(on)
        if own:
            deliverables = deliverables | self.promised(self.rows(Deliverable).filter(pk=own))
        rows = list(deliverables[: OFFERED + 1])
        if len(rows) <= OFFERED:
            return rows
        likely = Q(period__agreement=agreement) if agreement else Q(pk__in=[])
        return deliverables.filter(likely | Q(pk=own) if own else likely)[:OFFERED]

    def work_form(
        self, kind: type[W], data: Any, *, on: date, row: Any = None, only: str = "", **start: Any
    ) -> W:
        """A form about work, with the agreements and deliverables of the day `on` that it offers.

        `data` may name another day. `row` is what the form changes: it keeps its own choices. With
        `only` an empty form offers the deliverables of this agreement alone.
        """
        agreement = query_string.row_id(data or start.get("initial", {}), "agreement")
        asked = query_string.text(data or {}, SEARCH)
        day = query_string.day(data or {}, "on") or on
        promised = self.offered_deliverables(day, agreement, row and row.deliverable_id)
        if only and not data:
            promised = self.open_deliverables(day).filter(period__agreement=only)
        return kind(
            data,
            agreements=self.offered(agreement, asked, row and row.agreement_id),
            promised=promised,
            **start,
        )

    def last_choices(self) -> dict[str, Any]:
        """The choices of the last entry, since the next one is mostly for the same work."""
        newest = self.rows(TimeEntry).filter(imported=None).order_by("-on", "-pk")
        last: Any = newest.values("period__agreement", "billable", "consumes").first()
        if last is None:
            return {}
        names = ("billable", "consumes")
        return {"agreement": last["period__agreement"], **{name: last[name] for name in names}}


class TimeEntries(ListPage, TimeView):
    """The list of all entries, newest first, and a form to add one."""

    needs = Area.TIME
    template = "dashboard/time/time.html"
    page_name = "time"
    orders = (
        Order("client", gettext_lazy("Client"), by="period__agreement__client__name_key"),
        Order("date", gettext_lazy("Day"), by="on", starts_up=False),
        Order("time", gettext_lazy("Time"), by="minutes", starts_up=False),
    )
    usual_order = "-date"

    def get(self, request: HttpRequest) -> HttpResponse:
        on = query_string.day(request.GET, "on") or self.today
        initial = {"on": on} | self.last_choices()
        return self._show(request, self._form(initial=initial), 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if form.is_valid():
            try:
                entry = time_log.log_time(now=timezone.now(), actor=self.actor, **form.cleaned_data)
                messages.success(request, logged_message([entry]))
                return redirect("dashboard:time")
            except RuleError as error:
                add_error(form, error)
        return self._show(request, form, 422)

    def _form(self, data: Any = None, **start: Any) -> TimeForm:
        return self.work_form(TimeForm, data, on=self.today, **start)

    def _show(self, request: HttpRequest, form: TimeForm, status: int) -> HttpResponse:
        state = query_string.text(request.GET, "state")
        entries = (
            time_log.deleted_entries(self.business) if state == REMOVED else self.rows(TimeEntry)
        )
        entries = entries.select_related("period__agreement__client", "deliverable")
        term = query_string.text(request.GET, "q")
        if term:
            entries = entries.filter(
                Q(note__icontains=term) | Q(period__agreement__client__name__icontains=term)
            )
        page = self.page_in_order(entries)
        choices = [(REMOVED, _("Removed"))]
        return self.show(
            request,
            status,
            form=form,
            page=page,
            asked=term,
            name="state",
            chosen=state,
            choices=choices,
            any_label=_("In use"),
            is_taken=state == REMOVED,
            runs=RUNNING_STATES,
            today=self.today,
            worked=self._worked(),
            bulk=self._bulk_form(page.rows),
            undo=undo_offered(request),
        )

    def _bulk_form(self, entries: list[TimeEntry]) -> BulkForm:
        """The form that changes several entries; of many agreements it offers their clients'."""
        offered = self.offered("")
        if not offered.is_part:
            promised = self.offered_deliverables(self.today, "")
            return BulkForm(agreements=offered, promised=promised)
        clients = {entry.period.agreement.client_id for entry in entries}
        agreements = self.running().filter(client__in=clients)
        promised = self.open_deliverables(self.today).filter(period__agreement__client__in=clients)
        return BulkForm(agreements=Offered.all_of(agreements), promised=promised[:OFFERED])

    def _worked(self) -> dict[str, int]:
        """Minutes worked today, and in this week from Monday to Sunday."""
        monday = self.today - timedelta(days=self.today.weekday())
        week = self.rows(TimeEntry).filter(on__range=(monday, monday + timedelta(days=6)))
        sums = week.aggregate(week=Sum("minutes"), today=Sum("minutes", filter=Q(on=self.today)))
        return {name: minutes or 0 for name, minutes in sums.items()}


class DeliverableOptions(TimeView):
    """The deliverables of a client and a day, as the options of a select field (htmx)."""

    needs = Area.TIME
    template = "dashboard/time/time_promises.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        agreement = query_string.row_id(request.GET, "agreement")
        chosen = query_string.row_id(request.GET, "deliverable")
        on = query_string.day(request.GET, "on") or self.today
        deliverables = self.open_deliverables(on)
        if agreement:
            deliverables = deliverables.filter(period__agreement=agreement)
        # The present choice stays, even if its period does not contain the day.
        if chosen:
            own = self.promised(self.rows(Deliverable).filter(pk=chosen))
            deliverables = deliverables | (
                own.filter(period__agreement=agreement) if agreement else own
            )
        form = TimeForm(
            initial={"deliverable": chosen},
            agreements=Offered(self.running(), []),
            promised=deliverables[:OFFERED],
        )
        return self.show(request, form=form)


class AgreementOptions(TimeView):
    """The agreements that a search finds, as the options of a select field (htmx)."""

    needs = Area.TIME
    template = "dashboard/time/agreement_options.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.offered("", query_string.text(request.GET, SEARCH))
        options = [(row.pk, label_of(row)) for row in found.rows]
        return trigger_client_event(
            self.show(request, found=options), "agreements-found", after="settle"
        )


class EditTime(TimeView):
    """Correct an entry."""

    needs = Area.TIME
    template = "dashboard/time/time_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self._entry(pk)
        initial = {
            "on": entry.on,
            "minutes": duration.format_minutes(entry.minutes),
            "note": entry.note,
        }
        initial |= {name: getattr(entry, name) for name in ("billable", "consumes", "deliverable")}
        return self._show(
            request,
            entry,
            self._form(entry, initial=initial | {"agreement": entry.period.agreement_id}),
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self._entry(pk)
        form = self._form(entry, request.POST)
        if form.is_valid():
            values = {
                name: value for name, value in form.cleaned_data.items() if name != "agreement"
            }
            try:
                time_log.correct_time(entry=entry, now=timezone.now(), actor=self.actor, **values)
                messages.success(request, _("Saved."))
                return redirect("dashboard:time")
            except RuleError as error:
                add_error(form, error)
        return self._show(request, entry, form, 422)

    def _form(self, entry: TimeEntry, data: Any = None, **start: Any) -> EditForm:
        """The form with the entry's own agreement.

        It offers the deliverables of the entry's present period and of the period of the new day.
        """
        agreements = (
            self.rows(Agreement).filter(pk=entry.period.agreement_id).select_related("client")
        )
        on = query_string.day(data or {}, "on") or entry.on
        in_either_period = Q(period=entry.period_id) | Q(
            period__starts_on__lte=on, period__ends_on__gt=on
        )
        promised = self.rows(Deliverable).filter(
            in_either_period, period__agreement=entry.period.agreement_id
        )
        form = EditForm(
            data,
            agreements=Offered.all_of(agreements),
            promised=promised.select_related("period__agreement__client"),
            **start,
        )
        form.fix_deliverables()
        return form

    def _show(
        self, request: HttpRequest, entry: TimeEntry, form: EditForm, status: int = 200
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
    """Remove an entry. It stays visible in the list of removed entries."""

    needs = Area.TIME

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        entry = self.row(TimeEntry, pk, self.rows(TimeEntry).select_related("period"))
        try:
            time_log.delete_time(entry=entry, now=timezone.now(), actor=self.actor)
            messages.success(request, _("Removed. Under “Removed” you can bring the entry back."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:time")


class RestoreTime(DashboardView):
    """Bring a removed entry back."""

    needs = Area.TIME

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        removed = time_log.deleted_entries(self.business).select_related(
            "period__agreement__client", "deliverable"
        )
        entry = self.row(TimeEntry, pk, removed)
        try:
            back = time_log.restore_time(entry=entry, now=timezone.now(), actor=self.actor)
            messages.success(request, logged_message([back]))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:time")


def logged_message(entries: list[TimeEntry]) -> str:
    """The message that says what was logged, and where late time will be reported."""
    values = {"client": entries[0].period.agreement.client.name}
    values["clock"] = duration.format_minutes(sum(entry.minutes for entry in entries))
    message = _("Recorded: %(clock)s for %(client)s.") % values
    late_entry = next((entry for entry in entries if entry.is_late), None)
    if late_entry is None:
        return message
    values = {"day": formats.day(late_entry.period.starts_on)}
    return (
        f"{message} "
        + _("The report for that day was sent: it counts in the period from %(day)s on.") % values
    )
