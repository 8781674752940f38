"""An agreement's KPIs: their pace, readings by hand and from a file, and what they were before a correction."""

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
from core.dates import local_day
from core.errors import RuleError
from core.tables import spreadsheet
from core.web.download import csv_response
from dashboard.page import DashboardView, refuse
from dashboard.reports.forms.kpis import EditKpiForm, KpiForm, ReadingFileForm, ReadingForm
from delivery.kpis import course, measure, reading_file, readings
from delivery.kpis.readings import Wanted
from delivery.models import Kpi
from delivery.models.kpi import Source

KEPT = 3600  # seconds that a file which was tried out waits for its yes


class KpisPage(DashboardView):
    """Every figure against its line, in the period that runs."""

    template = "dashboard/kpis.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.agreement(pk))

    def agreement(self, pk: UUID) -> Agreement:
        """With what the doors of this page need."""
        return self.row(Agreement, pk, self.rows(Agreement).select_related("client", "business"))

    def page(
        self,
        request: HttpRequest,
        agreement: Agreement,
        status: int = 200,
        refused: Any = None,
        **more: Any,
    ) -> HttpResponse:
        """`refused` is (KPI's id, its form) where a reading was not taken."""
        today = local_day(timezone.now(), agreement.time_zone)
        begun = self.rows(Period).filter(agreement=agreement, starts_on__lte=today)
        period = begun.order_by("-starts_on").first()
        looks = course.of_agreement(agreement, period, today)
        forms = {look.figure.kpi.pk: reading_form(look.figure.kpi, today) for look in looks}
        if refused:
            forms |= dict([refused])
        context: dict[str, Any] = {
            "period": period,
            "rows": [
                (look, forms[look.figure.kpi.pk], course.since_start(look.figure)) for look in looks
            ],
            "retired": course.retired(agreement, looks),
            "file_form": ReadingFileForm(),
        }
        return self.show(request, status, agreement=agreement, **(context | more))


def reading_form(kpi: Kpi, today: date, data: Any = None) -> ReadingForm:
    """A form of its own for each KPI of a page."""
    return ReadingForm(data, prefix=kpi.pk.hex[-8:], initial={"on": today})


class NewKpi(DashboardView):
    """A figure to move."""

    template = "dashboard/kpi_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.show(request, form=KpiForm(), agreement=self.row(Agreement, pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement, form = self.row(Agreement, pk), KpiForm(request.POST)
        if form.is_valid():
            try:
                measure.add_kpi(agreement=agreement, now=timezone.now(), **form.cleaned_data)
                return redirect("dashboard:kpis", agreement.pk)
            except RuleError as no:
                refuse(form, no)
        return self.show(request, form=form, agreement=agreement, status=422)


class EditKpi(DashboardView):
    """Change a figure: reports that were sent keep what stood in them."""

    template = "dashboard/kpi_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi = self._kpi(pk)
        start = {name: getattr(kpi, name) for name in EditKpiForm.base_fields}
        start |= {name: format(start[name].normalize(), "f") for name in ("baseline", "target")}
        return self.show(request, form=EditKpiForm(initial=start), kpi=kpi, agreement=kpi.agreement)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi, form = self._kpi(pk), EditKpiForm(request.POST)
        if form.is_valid():
            try:
                words, now = form.cleaned_data, timezone.now()
                measure.change_kpi(kpi=kpi, actor=self.actor, now=now, origin=self.origin, **words)
                messages.success(request, _("Saved."))
                return redirect("dashboard:kpis", kpi.agreement_id)
            except RuleError as no:
                refuse(form, no)
                kpi.refresh_from_db()
        return self.show(request, form=form, kpi=kpi, agreement=kpi.agreement, status=422)

    def _kpi(self, pk: UUID) -> Kpi:
        return self.row(Kpi, pk, self.rows(Kpi).select_related("agreement", "business"))


class RetireKpi(EditKpi):
    """Measure a figure no more, or again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi, again = self._kpi(pk), request.POST.get("again") == "yes"
        measure.retire_kpi(
            kpi=kpi, actor=self.actor, now=timezone.now(), origin=self.origin, again=again
        )
        messages.success(
            request, _("It is measured again.") if again else _("It is measured no more.")
        )
        return redirect("dashboard:kpis", kpi.agreement_id)


class ReadKpi(KpisPage):
    """What a figure was on a day."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        kpi = self.row(Kpi, pk)
        form = reading_form(kpi, self.today, request.POST)
        if form.is_valid():
            wanted = Wanted(kpi.pk, form.cleaned_data["on"], form.cleaned_data["value"])
            try:
                (done,) = readings.write(
                    business=self.business,
                    wanted=[wanted],
                    now=timezone.now(),
                    actor=self.actor,
                    source=Source.HAND,
                )
                said = _("%(kpi)s is corrected.") if done.was else _("%(kpi)s is saved.")
                messages.success(request, said % {"kpi": kpi.name})
                return redirect("dashboard:kpis", kpi.agreement_id)
            except RuleError as no:
                form.add_error("on", str(no))
        return self.page(request, self.agreement(kpi.agreement_id), 422, refused=(kpi.pk, form))


class ReadFile(KpisPage):
    """Try a file out, then take it over: all of it or nothing."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.agreement(pk)
        if "mark" in request.POST:
            return self._take_over(request, agreement, request.POST["mark"])
        form = ReadingFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(request, agreement, 422, file_form=form)
        data = form.cleaned_data["file"].read(reading_file.MOST_BYTES + 1)
        tried = reading_file.try_out(agreement=agreement, data=data, now=timezone.now())
        mark = hashlib.sha256(data).hexdigest()
        if not tried.bad:
            cache.set(self._key(mark), data, KEPT)
        more = {"tried": tried, "mark": mark, "file_name": form.cleaned_data["file"].name}
        return self.page(request, agreement, 422 if tried.bad else 200, **more)

    def _take_over(self, request: HttpRequest, agreement: Agreement, mark: str) -> HttpResponse:
        data = cache.get(self._key(mark))
        if data is None:
            form = ReadingFileForm(request.POST)
            form.errors["file"] = form.error_class(
                [_("Choose the file again: it was tried out too long ago.")]
            )
            return self.page(request, agreement, 422, file_form=form)
        done = reading_file.take_over(
            agreement=agreement, data=data, actor=self.actor, now=timezone.now()
        )
        if done.bad:
            return self.page(request, agreement, 422, tried=done)
        words = _(
            "%(new)s readings are new, %(corrected)s were corrected, %(same)s were there already."
        )
        messages.success(
            request, words % {"new": done.new, "corrected": done.corrected, "same": done.same}
        )
        return redirect("dashboard:kpis", agreement.pk)

    def _key(self, mark: str) -> str:
        name = hashlib.sha256(
            mark.encode()
        ).hexdigest()  # whatever was posted is a name that a cache takes
        return f"readings:{self.business.pk}:{name}"


class SampleFile(KpisPage):
    """A table to fill in: the agreement's KPIs and today."""

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
