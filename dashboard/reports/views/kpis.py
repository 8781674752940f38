"""An agreement's KPIs: progress against the target, readings, files of readings, corrections."""

import hashlib
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from clients.calls import call_notes
from core.dates import local_day
from core.errors import RuleError
from core.tables import spreadsheet
from core.team.roles import Area
from core.web import query_string
from core.web.download import csv_response
from dashboard.page import DashboardView, add_error, show_error
from dashboard.reports.forms.kpis import (
    EditKpiForm,
    KpiForm,
    NextTargetForm,
    ReadingFileForm,
    ReadingForm,
)
from delivery.kpis import (
    kpi_changes,
    kpi_page,
    next_targets,
    reading_import,
    readings,
    unusual_readings,
)
from delivery.kpis.readings import SubmittedReading
from delivery.models import Kpi
from delivery.models.kpi import Source

KEPT = 3600  # seconds for which a previewed file waits to be confirmed


class KpisPage(DashboardView):
    """Every KPI of an agreement against its target in the current period."""

    needs = Area.REPORTS
    template = "dashboard/reports/kpis.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.agreement(pk))

    def agreement(self, pk: UUID) -> Agreement:
        """The agreement with everything this page needs. Raises Http404."""
        return self.row(Agreement, pk, self.rows(Agreement).select_related("client", "business"))

    def page(
        self,
        request: HttpRequest,
        agreement: Agreement,
        status: int = 200,
        refused: Any = None,
        **extra: Any,
    ) -> HttpResponse:
        """Render the page. `refused` is the id and the form of a KPI whose reading was refused."""
        today = local_day(timezone.now(), agreement.time_zone)
        begun = self.rows(Period).filter(agreement=agreement, starts_on__lte=today)
        period = begun.order_by("-starts_on").first()
        progress = kpi_page.kpi_cards(agreement, period, today)
        forms = {
            kpi_progress.figure.kpi.pk: reading_form(kpi_progress.figure.kpi, today)
            for kpi_progress in progress
        }
        if refused:
            forms |= dict([refused])
        context: dict[str, Any] = {
            "period": period,
            "rows": [
                (
                    kpi_progress,
                    forms[kpi_progress.figure.kpi.pk],
                    kpi_page.change_since_start(kpi_progress.figure),
                )
                for kpi_progress in progress
            ],
            "retired": kpi_page.retired_kpis(agreement, progress),
            "file_form": ReadingFileForm(),
            "next_targets": {one.kpi.pk: one for one in next_targets.suggestions(agreement, today)},
        }
        return self.show(request, status, agreement=agreement, **(context | extra))


def reading_form(kpi: Kpi, today: date, data: Any = None) -> ReadingForm:
    """The form for a reading of one KPI; the prefix keeps the forms of a page apart."""
    return ReadingForm(data, prefix=kpi.pk.hex[-8:], initial={"on": today})


class SetNextTarget(DashboardView):
    """Set the target that the last three months suggest."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi = self.row(Kpi, pk, self.rows(Kpi).select_related("agreement", "business"))
        now, agreement, form = timezone.now(), kpi.agreement, NextTargetForm(request.POST)
        try:
            next_targets.set_next(
                kpi=kpi,
                target=form.cleaned_data["target"] if form.is_valid() else kpi.target,
                today=local_day(now, agreement.time_zone),
                actor=self.actor,
                now=now,
                origin=self.origin,
            )
            messages.success(request, _("The new target counts from the running period on."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:kpis", agreement.pk)


class NewKpi(DashboardView):
    """Add a KPI to an agreement."""

    needs = Area.REPORTS
    template = "dashboard/reports/kpi_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._agreement(pk)
        suggested = self._suggested(agreement)
        chosen = query_string.text(request.GET, "from")
        initial = next((row for row in suggested if row["name"] == chosen), None)
        return self.show(
            request, form=KpiForm(initial=initial), agreement=agreement, suggested=suggested
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement, form = self._agreement(pk), KpiForm(request.POST)
        if form.is_valid():
            try:
                kpi_changes.add_kpi(agreement=agreement, now=timezone.now(), **form.cleaned_data)
                return redirect("dashboard:kpis", agreement.pk)
            except RuleError as error:
                add_error(form, error)
        return self.show(request, form=form, agreement=agreement, status=422)

    def _agreement(self, pk: UUID) -> Agreement:
        return self.row(Agreement, pk, self.rows(Agreement).select_related("client"))

    def _suggested(self, agreement: Agreement) -> list[dict[str, Any]]:
        """The figures of the call that the agreement does not measure yet, as form values."""
        known = {
            name.casefold()
            for name in self.rows(Kpi).filter(agreement=agreement).values_list("name", flat=True)
        }
        return [
            {**row, "less_is_better": row["direction"] == "down"}
            for row in call_notes.answers(agreement.client).kpis
            if row["name"].casefold() not in known
        ]


class EditKpi(DashboardView):
    """Change a KPI. Reports that were sent do not change."""

    needs = Area.REPORTS
    template = "dashboard/reports/kpi_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi = self._kpi(pk)
        initial = {name: getattr(kpi, name) for name in EditKpiForm.base_fields}
        initial |= {name: format(initial[name].normalize(), "f") for name in ("baseline", "target")}
        return self.show(
            request, form=EditKpiForm(initial=initial), kpi=kpi, agreement=kpi.agreement
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi, form = self._kpi(pk), EditKpiForm(request.POST)
        if form.is_valid():
            try:
                values, now = form.cleaned_data, timezone.now()
                kpi_changes.change_kpi(
                    kpi=kpi, actor=self.actor, now=now, origin=self.origin, **values
                )
                messages.success(request, _("Saved."))
                return redirect("dashboard:kpis", kpi.agreement_id)
            except RuleError as error:
                add_error(form, error)
                # The refused change may have altered the row in memory.
                kpi.refresh_from_db()
        return self.show(request, form=form, kpi=kpi, agreement=kpi.agreement, status=422)

    def _kpi(self, pk: UUID) -> Kpi:
        return self.row(Kpi, pk, self.rows(Kpi).select_related("agreement", "business"))


class RetireKpi(EditKpi):
    """Stop measuring a KPI, or resume."""

    needs = Area.REPORTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi, again = self._kpi(pk), request.POST.get("again") == "yes"
        kpi_changes.retire_kpi(
            kpi=kpi, actor=self.actor, now=timezone.now(), origin=self.origin, again=again
        )
        messages.success(
            request, _("It is measured again.") if again else _("It is no longer measured.")
        )
        return redirect("dashboard:kpis", kpi.agreement_id)


class AddReading(KpisPage):
    """Save the value of a KPI on one day; a second value for the same day is a correction."""

    needs = Area.REPORTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi = self.row(Kpi, pk)
        form = reading_form(kpi, self.today, request.POST)
        if form.is_valid() and not self._is_asked(kpi, form):
            wanted = SubmittedReading(kpi.pk, form.cleaned_data["on"], form.cleaned_data["value"])
            try:
                (result,) = readings.write_batch(
                    business=self.business,
                    wanted=[wanted],
                    now=timezone.now(),
                    actor=self.actor,
                    source=Source.HAND,
                )
                message = _("%(kpi)s is corrected.") if result.was else _("%(kpi)s is saved.")
                messages.success(request, message % {"kpi": kpi.name})
                return redirect("dashboard:kpis", kpi.agreement_id)
            except RuleError as error:
                form.add_error("on", str(error))
        return self.page(request, self.agreement(kpi.agreement_id), 422, refused=(kpi.pk, form))

    def _is_asked(self, kpi: Kpi, form: ReadingForm) -> bool:
        """Whether the value is far from the usual and not confirmed; the form then asks."""
        data = form.cleaned_data
        text = unusual_readings.question(kpi, data["value"], data["on"])
        if text and not data["confirmed"]:
            form.ask(text)
        return bool(text and not data["confirmed"])


class ImportReadings(KpisPage):
    """Preview a CSV file of readings, then import it: all of it or nothing."""

    needs = Area.REPORTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.agreement(pk)
        if "mark" in request.POST:
            # The second step: the digest names the file that was previewed and kept.
            return self._take_over(request, agreement, request.POST["mark"])
        form = ReadingFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(request, agreement, 422, file_form=form)
        data = form.cleaned_data["file"].read(reading_import.MOST_BYTES + 1)
        preview = reading_import.preview_import(agreement=agreement, data=data, now=timezone.now())
        digest = hashlib.sha256(data).hexdigest()
        # The file itself is kept, so that what is imported is what was previewed.
        if not preview.bad:
            cache.set(self._key(digest), data, KEPT)
        extra = {"tried": preview, "mark": digest, "file_name": form.cleaned_data["file"].name}
        return self.page(request, agreement, 422 if preview.bad else 200, **extra)

    def _take_over(self, request: HttpRequest, agreement: Agreement, digest: str) -> HttpResponse:
        """Import the file that was previewed; `mark` is its digest."""
        data = cache.get(self._key(digest))
        if data is None:
            form = ReadingFileForm(request.POST)
            form.errors["file"] = form.error_class(
                [_("Choose the file again: it was tried out too long ago.")]
            )
            return self.page(request, agreement, 422, file_form=form)
        result = reading_import.import_readings(
            agreement=agreement, data=data, actor=self.actor, now=timezone.now()
        )
        if result.bad:
            return self.page(request, agreement, 422, tried=result)
        message = _(
            "%(new)s readings are new, %(corrected)s were corrected, %(same)s were there already."
        )
        messages.success(
            request,
            message % {"new": result.new, "corrected": result.corrected, "same": result.same},
        )
        return redirect("dashboard:kpis", agreement.pk)

    def _key(self, digest: str) -> str:
        """The cache key of a previewed file. Hashed again, since the digest comes from a form."""
        name = hashlib.sha256(digest.encode()).hexdigest()
        return f"readings:{self.business.pk}:{name}"


class SampleReadingsFile(KpisPage):
    """A CSV file to fill in, with one line per KPI for today."""

    needs = Area.REPORTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.agreement(pk)
        today = local_day(timezone.now(), agreement.time_zone).isoformat()
        rows = (
            self.rows(Kpi)
            .filter(agreement=agreement, retired_at__isnull=True)
            .order_by("created_at", "name")
        )
        table = [["kpi", "date", "value"], *([row.name, today, ""] for row in rows)]
        return csv_response(
            "".join(spreadsheet.lines(table)), _("Readings %(title)s") % {"title": agreement.title}
        )
