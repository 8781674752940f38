"""Reports: the list, the review on one screen, and what became of those that were sent."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.running import addressee
from core.errors import RuleError
from core.web.download import pdf_response
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, refuse, say
from dashboard.reports.forms.reports import WhenForm, WordsForm
from delivery.models import Report
from delivery.models.report import REPORT_STATES
from delivery.reports import (
    read_facts,
    report_pdf,
    report_reminders,
    report_run,
    review,
    send,
    suggest,
)
from delivery.reports.report_words import with_words
from delivery.rules.states import ReportState


class Reports(DashboardView):
    """Every report, newest first, and how far the job is."""

    template = "dashboard/reports.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.rows(Report).select_related("client", "period__agreement")
        asked, state = (
            request.GET.get("q", "").replace("\x00", "")[:100],
            request.GET.get("state", ""),
        )
        if asked:
            found = found.filter(client__name__icontains=asked)
        if state in dict(REPORT_STATES):
            found = found.filter(state=state)
        page = page_of(found, request.GET, by="created_at")
        return self.show(
            request, page=page, asked=asked, state=state, states=REPORT_STATES, **progress(self)
        )


class Progress(DashboardView):
    """How far the job is, alone: asked for every two seconds while it works."""

    template = "dashboard/reports_progress.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, **progress(self))


class ReportPage(DashboardView):
    """Review: the words beside what the client will see; once sent, what was seen and answered."""

    template = "dashboard/report.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = report_of(self, pk)
        return self._show(request, report, words_form(report), when_form(self, report), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Save the words; "send" also sends it, "schedule" has it sent at a time."""
        report = report_of(self, pk)
        form, when = words_form(report, request.POST), when_form(self, report)
        if "schedule" in request.POST:
            when = when_form(self, report, request.POST)
        if not form.is_valid() or (when.is_bound and not when.is_valid()):
            return self._show(request, report, form, when, 422)
        try:
            review.save_words(report=report, now=timezone.now(), **form.cleaned_data)
            messages.success(request, self._done(request, report, when))
        except RuleError as no:
            if when.is_bound and no.field:
                refuse(when, no)
                return self._show(request, report, form, when, 422)
            say(request, no)
        return redirect("dashboard:report", report.pk)

    def _done(self, request: HttpRequest, report: Report, when: WhenForm) -> str:
        """Do what the button says beyond saving; what was done, in words."""
        now = timezone.now()
        if "send" in request.POST:
            send.send_report(report=report, actor=self.actor, now=now)
            return _("The report is on its way.")
        if when.is_bound:
            review.schedule(report=report, at=when.cleaned_data["send_at"], now=now)
            return _("Saved. It goes out by itself at that time.")
        return _("Saved.")

    def _show(
        self, request: HttpRequest, report: Report, form: WordsForm, when: WhenForm, status: int
    ) -> HttpResponse:
        is_draft = report.state == ReportState.DRAFT
        if is_draft:
            report = with_typed(report, form.cleaned_data if form.is_bound else form.initial)
        shot = review.shown(report)
        with translation.override(report.language):
            shown = with_words(shot) | {"title": send.title(report)}
        return self.show(
            request,
            report=report,
            form=form,
            when=when,
            is_draft=is_draft,
            decisions=suggest.decisions(shot, report.language) if is_draft else [],
            reader=addressee.of([report.period.agreement]).get(report.client_id),
            status=status,
            **shown,
        )


class Preview(DashboardView):
    """What stands in the form now, as the client would see it; nothing is saved. One that was sent meanwhile, by the
    last press say, is shown as it was sent."""

    template = "dashboard/report_preview.html"

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = report_of(self, pk)
        if report.state == ReportState.DRAFT:
            form = words_form(report, request.POST)
            form.is_valid()
            report = with_typed(report, form.cleaned_data)
        with translation.override(report.language):
            shown = with_words(review.shown(report)) | {"title": send.title(report)}
        return self.show(request, report=report, **shown)


class Talked(DashboardView):
    """The freelancer has talked about a report that nobody had opened."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report_reminders.talked(report=self.row(Report, pk), now=timezone.now())
        messages.success(request, _("Noted."))
        return redirect("dashboard:report", pk)


class ReportPdf(DashboardView):
    """The sent report as a file; printed now where no worker has yet."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = report_of(self, pk)
        if report.state != ReportState.SENT:
            raise Http404
        return pdf_response(report_pdf.ensure(report=report, now=timezone.now()))


def report_of(desk: DashboardView, pk: UUID) -> Report:
    """One of the business's reports, with all that it is made of."""
    return desk.row(Report, pk, desk.rows(Report).select_related(*read_facts.RELATED))


def with_typed(report: Report, words: Mapping[str, Any]) -> Report:
    """The report with what stands in the form, unsaved."""
    for name, value in words.items():
        setattr(report, name, value)
    return report


def words_form(report: Report, data: Any = None) -> WordsForm:
    """The words as they were saved; for a draft that nobody has touched, first ones from its figures."""
    shot = review.shown(report)
    kpis = [(row["id"], row["name"]) for row in shot["kpis"]]
    start: dict[str, Any] = {
        name: getattr(report, name) for name in ("comment", "next_text", "decision")
    }
    start["chosen"] = report.chosen or [row["id"] for row in shot["kpis"] if row["shown"]]
    if report.state == ReportState.DRAFT and report.reviewed_at is None:
        start["comment"] = suggest.comment(shot, report.language)
        start["next_text"] = suggest.next_steps(shot, report.language)
        start["decision"] = next(iter(suggest.decisions(shot, report.language)), "")
    return WordsForm(data, kpis=kpis, initial=start)


def when_form(desk: DashboardView, report: Report, data: Any = None) -> WhenForm:
    """When it goes out, on the wall of the business."""
    return WhenForm(data, zone=desk.business.time_zone, at=report.send_at)


def progress(desk: DashboardView) -> dict[str, Any]:
    """How far the job is, and what of this business waits for a worker."""
    run = report_run.last_run()
    running = bool(run and run.finished_at is None)
    to_print = report_pdf.waiting().filter(business=desk.business).count()
    today = (
        desk.rows(Report).filter(sent_at__gte=timezone.now() - report_pdf.RECENT).count()
        if to_print
        else 0
    )
    return {
        "run": run,
        "running": running,
        "share": min(100, run.done * 100 // run.total) if run and run.total else 100,
        "to_print": to_print,
        "printed": max(0, today - to_print),
        "sent_lately": max(today, to_print),
        "busy": running or bool(to_print),
    }
