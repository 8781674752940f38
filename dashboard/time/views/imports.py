"""Import time from another tracker: upload, preview and adjust, import, and undo."""

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
from core.team.roles import Area
from core.web import query_string
from core.web.download import csv_response
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, add_error, show_error
from delivery.models import TimeEntry, TimeImport
from delivery.rules.states import TimeImportState
from delivery.trackers import time_import
from delivery.trackers.import_preview import ImportPreview
from delivery.trackers.time_csv import MOST_BYTES

SHOWN = 100  # rejected lines listed on the page; a CSV file holds all of them


class ExportFileForm(forms.Form):
    """A file exported from another time tracker."""

    file = forms.FileField(
        label=gettext_lazy("Detailed report (CSV) of Toggl Track, Harvest or Clockify"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv", "class": "rh-drop"}),
    )


class TimeImports(DashboardView):
    """The list of all imports, newest first, and a form to upload a file."""

    needs = Area.TIME
    template = "dashboard/time/time_imports.html"
    is_list = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, ExportFileForm(), 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ExportFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            data = file.read(MOST_BYTES + 1)  # the reader refuses a file that is one byte too long
            details = {
                "business": self.business,
                "file_name": file.name,
                "actor": self.actor,
                "now": timezone.now(),
            }
            try:
                return redirect(
                    "dashboard:time_import", time_import.read_export(data=data, **details).pk
                )
            except RuleError as error:
                add_error(form, error)
        return self._show(request, form, 422)

    def _show(self, request: HttpRequest, form: ExportFileForm, status: int) -> HttpResponse:
        imports = self.rows(TimeImport).defer("rows", "places")
        return self.show(
            request, status, form=form, page=page_of(imports, request.GET, by="created_at")
        )


class TimeImportPage(DashboardView):
    """The preview of an import, with the choice of client per name; once imported, its entries."""

    needs = Area.TIME
    template = "dashboard/time/time_import.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.time_import(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Save the choices and show the preview again."""
        row = self.time_import(pk)
        order = {"day": True, "month": False}.get(request.POST.get("order", ""), row.day_first)
        places = {
            name: request.POST.get(f"place-{n}", "") for n, name in enumerate(sorted(row.places))
        }
        all_billable = request.POST.get("billable") == "all"
        try:
            time_import.store_choices(
                row=row, places=places, day_first=order, all_billable=all_billable
            )
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:time_import", row.pk)

    def time_import(self, pk: UUID) -> TimeImport:
        """The import in any state. Raises Http404."""
        return self.row(TimeImport, pk, self.rows(TimeImport).select_related("business"))

    def page(
        self, request: HttpRequest, row: TimeImport, status: int = 200, error: str = ""
    ) -> HttpResponse:
        """Render the preview, or the entries if the import is finished."""
        if row.state != TimeImportState.READ:
            return self._finished(request, row)
        preview = time_import.preview_import(row, now=timezone.now())
        fields = {name: f"place-{n}" for n, name in enumerate(sorted(row.places))}
        return self.show(
            request,
            status,
            row=row,
            trial=preview,
            agreements=time_import.importable_agreements(row.business),
            error=error,
            names=[(name, fields[name.key]) for name in preview.names],
            bad=preview.bad[:SHOWN],
            more=_unlisted(preview),
            any_own=any(not line["billable"] for line in row.rows),
            seen=time_import.choices_hash(row),
        )

    def _finished(self, request: HttpRequest, row: TimeImport) -> HttpResponse:
        """Render the entries that were imported, with their number and total time."""
        entries = self.rows(TimeEntry).filter(imported=row)
        page = page_of(entries.select_related("period__agreement__client"), request.GET, by="on")
        sums = entries.aggregate(count=Count("pk"), minutes=Sum("minutes"))
        return self.show(
            request, row=row, page=page, count=sums["count"], minutes=sums["minutes"] or 0
        )


class ConfirmImport(TimeImportPage):
    """Create the time entries of a previewed import.

    `seen` is the preview that the user confirms: if the outcome has changed since, the import is
    refused.
    """

    needs = Area.TIME

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.time_import(pk)
        counts = {name: _number(request.POST.get(name, "")) for name in ("good", "bad")}
        seen, without_bad = request.POST.get("seen", ""), request.POST.get("without_bad") == "yes"
        try:
            time_import.write_entries(
                row=row,
                seen=seen,
                without_bad=without_bad,
                actor=self.actor,
                now=timezone.now(),
                **counts,
            )
        except RuleError as error:
            return self.page(request, self.time_import(pk), 422, str(error))
        message = ngettext("%(n)s entry was imported.", "%(n)s entries were imported.", row.entries)
        messages.success(request, message % {"n": row.entries})
        return redirect("dashboard:time_import", row.pk)


class DiscardImport(TimeImportPage):
    """Discard an import that was only previewed, or undo one that created entries."""

    needs = Area.TIME

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.time_import(pk)
        try:
            if row.state == TimeImportState.DONE:
                count = time_import.undo_import(row=row, actor=self.actor, now=timezone.now())
                message = ngettext(
                    "%(n)s entry was taken back.", "%(n)s entries were taken back.", count
                )
                messages.success(request, message % {"n": count})
                return redirect("dashboard:time_import", row.pk)
            time_import.discard_import(row=row)
            messages.success(request, _("The import is dropped. Nothing was recorded."))
            return redirect("dashboard:time_imports")
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:time_import", row.pk)


class RejectedLines(TimeImportPage):
    """The lines that cannot be imported, as a CSV file to correct them with."""

    needs = Area.TIME

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.time_import(pk)
        preview = time_import.preview_import(row, now=timezone.now())
        heading = [
            _("Line"),
            _("Why"),
            _("Day"),
            _("Client"),
            _("Project"),
            _("What was done"),
            _("Minutes"),
        ]
        rows: list[list[Any]] = [heading]
        for rejected in preview.bad:
            line = rejected.line
            rows.append(
                [
                    line.line,
                    rejected.why,
                    line.on,
                    line.client,
                    line.project,
                    line.note,
                    line.minutes,
                ]
            )
        return csv_response("".join(spreadsheet.lines(rows)), row.file_name)


def _unlisted(preview: ImportPreview) -> int:
    """The number of rejected lines beyond those listed."""
    return max(0, len(preview.bad) - SHOWN)


def _number(text: str) -> int:
    """A posted count; -1 if it is not a number, which never equals a real count."""
    found = query_string.whole(text)
    return -1 if found is None else found
