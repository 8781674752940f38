"""Time from another tracker: upload, try it as often as wanted, take it over, look at it later, take it back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import RuleError
from core.tables import spreadsheet
from core.web.download import csv_response
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, refuse, say
from delivery.models import TimeEntry, TimeImport
from delivery.rules.states import TimeImportState
from delivery.trackers import time_import
from delivery.trackers.import_preview import Trial
from delivery.trackers.time_csv import MOST_BYTES

SHOWN = 100  # of the lines that do not fit; the others are in the file of them


class ExportFileForm(forms.Form):
    """An export to read."""

    file = forms.FileField(
        label=gettext_lazy("Detailed report (CSV) of Toggl Track, Harvest or Clockify"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv", "class": "rh-drop"}),
    )


class TimeImports(DashboardView):
    """Every import, newest first, and a field to begin one."""

    template = "dashboard/time_imports.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, ExportFileForm(), 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ExportFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            data = file.read(MOST_BYTES + 1)  # one more than may be is refused by the reader
            facts = {
                "business": self.business,
                "file_name": file.name,
                "actor": self.actor,
                "now": timezone.now(),
            }
            try:
                return redirect("dashboard:time_import", time_import.read(data=data, **facts).pk)
            except RuleError as no:
                refuse(form, no)
        return self._show(request, form, 422)

    def _show(self, request: HttpRequest, form: ExportFileForm, status: int) -> HttpResponse:
        found = self.rows(TimeImport).defer("rows", "places")
        return self.show(
            request, status, form=form, page=page_of(found, request.GET, by="created_at")
        )


class TimeImportPage(DashboardView):
    """The dry run, with whose time each name's is; or, once it is taken over, what came of it."""

    template = "dashboard/time_import.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.wanted(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Say whose time it is, and look again."""
        row = self.wanted(pk)
        order = {"day": True, "month": False}.get(request.POST.get("order", ""), row.day_first)
        places = {
            name: request.POST.get(f"place-{n}", "") for n, name in enumerate(sorted(row.places))
        }
        all_billable = request.POST.get("billable") == "all"
        try:
            time_import.choose(row=row, places=places, day_first=order, all_billable=all_billable)
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:time_import", row.pk)

    def wanted(self, pk: UUID) -> TimeImport:
        """The import, whatever became of it."""
        return self.row(TimeImport, pk, self.rows(TimeImport).select_related("business"))

    def page(
        self, request: HttpRequest, row: TimeImport, status: int = 200, error: str = ""
    ) -> HttpResponse:
        """As it stands."""
        if row.state != TimeImportState.READ:
            return self._finished(request, row)
        tried = time_import.trial(row, now=timezone.now())
        fields = {name: f"place-{n}" for n, name in enumerate(sorted(row.places))}
        return self.show(
            request,
            status,
            row=row,
            trial=tried,
            agreements=time_import.candidates(row.business),
            error=error,
            names=[(name, fields[name.key]) for name in tried.names],
            bad=tried.bad[:SHOWN],
            more=_more(tried),
            any_own=any(not line["billable"] for line in row.rows),
            seen=time_import.chosen(row),
        )

    def _finished(self, request: HttpRequest, row: TimeImport) -> HttpResponse:
        own = self.rows(TimeEntry).filter(imported=row)
        page = page_of(own.select_related("period__agreement__client"), request.GET, by="on")
        sums = own.aggregate(count=Count("pk"), minutes=Sum("minutes"))
        return self.show(
            request, row=row, page=page, count=sums["count"], minutes=sums["minutes"] or 0
        )


class TakeOver(TimeImportPage):
    """Write it down."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.wanted(pk)
        numbers = {name: _number(request.POST.get(name, "")) for name in ("good", "bad")}
        seen, without = request.POST.get("seen", ""), request.POST.get("without_bad") == "yes"
        try:
            time_import.take_over(
                row=row,
                seen=seen,
                without_bad=without,
                actor=self.actor,
                now=timezone.now(),
                **numbers,
            )
        except RuleError as no:
            return self.page(request, self.wanted(pk), 422, str(no))
        words = ngettext(
            "%(n)s entry was taken over.", "%(n)s entries were taken over.", row.entries
        )
        messages.success(request, words % {"n": row.entries})
        return redirect("dashboard:time_import", row.pk)


class DropImport(TimeImportPage):
    """It is not wanted; or, once it is taken over, it is taken back."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.wanted(pk)
        try:
            if row.state == TimeImportState.DONE:
                count = time_import.take_back(row=row, actor=self.actor, now=timezone.now())
                words = ngettext(
                    "%(n)s entry was taken back.", "%(n)s entries were taken back.", count
                )
                messages.success(request, words % {"n": count})
                return redirect("dashboard:time_import", row.pk)
            time_import.drop(row=row)
            messages.success(request, _("Dropped. Nothing was written down."))
            return redirect("dashboard:time_imports")
        except RuleError as no:
            say(request, no)
            return redirect("dashboard:time_import", row.pk)


class BadLines(TimeImportPage):
    """The lines that do not fit, as a table to mend them by."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.wanted(pk)
        tried = time_import.trial(row, now=timezone.now())
        heading = [
            _("Line"),
            _("Why"),
            _("Day"),
            _("Client"),
            _("Project"),
            _("What was done"),
            _("Minutes"),
        ]
        table: list[list[Any]] = [heading]
        for one in tried.bad:
            line = one.line
            table.append(
                [line.line, one.why, line.on, line.client, line.project, line.note, line.minutes]
            )
        return csv_response("".join(spreadsheet.lines(table)), row.file_name)


def _more(tried: Trial) -> int:
    return max(0, len(tried.bad) - SHOWN)


def _number(text: str) -> int:
    """-1 for what is no number: it never is what was seen."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1
