"""Reports: the list, the review of a draft, and what the client did with a sent one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.running import email_recipient
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from core.web.download import pdf_response
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, add_error, show_error
from dashboard.reports.forms.reports import CorrectionForm, OffMonthForm, WhenForm, WordsForm
from delivery.models import Report
from delivery.models.report import REPORT_STATES
from delivery.reports import (
    report_facts,
    report_pdf,
    report_reminders,
    report_run,
    review_draft,
    send_reports,
    suggested_texts,
)
from delivery.reports.corrections import correct_report
from delivery.reports.holding import off_month_rules
from delivery.reports.report_texts import template_context
from delivery.rules import off_months
from delivery.rules.kpi_pace import Verdict
from delivery.rules.states import ReportState


class Reports(DashboardView):
    """The list of all reports, newest first, and the progress of the report job."""

    needs = Area.REPORTS
    template = "dashboard/reports/reports.html"
    is_list = True

    def get(self, request: HttpRequest) -> HttpResponse:
        reports = self.rows(Report).select_related("client", "period__agreement")
        term, state = query_string.text(request.GET, "q"), query_string.text(request.GET, "state")
        if term:
            reports = reports.filter(client__name__icontains=term)
        if state in dict(REPORT_STATES):
            reports = reports.filter(state=state)
        page = page_of(reports, request.GET, by="created_at")
        return self.show(
            request,
            page=page,
            asked=term,
            state=state,
            states=REPORT_STATES,
            off_months=OffMonthForm(
                initial={"choice": off_month_rules.rule_of_business(self.business)}
            ),
            **job_progress(self),
        )


class ReportProgress(DashboardView):
    """The progress of the report job alone, requested every two seconds while it runs."""

    needs = Area.REPORTS
    template = "dashboard/reports/reports_progress.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, **job_progress(self))


class ReportPage(DashboardView):
    """Review a draft beside what the client will see; once sent, see how it was received."""

    needs = Area.REPORTS
    template = "dashboard/reports/report.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = report_with_facts(self, pk)
        return self._show(request, report, words_form(report), when_form(self, report), 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Save the text; "send" also sends the report, "schedule" sets when it is sent."""
        report = report_with_facts(self, pk)
        form, when = words_form(report, request.POST), when_form(self, report)
        if "schedule" in request.POST:
            when = when_form(self, report, request.POST)
        if not form.is_valid() or (when.is_bound and not when.is_valid()):
            return self._show(request, report, form, when, 422)
        try:
            review_draft.save_texts(report=report, now=timezone.now(), **form.cleaned_data)
            messages.success(request, self._done(request, report, when))
        except RuleError as error:
            if when.is_bound and error.field:
                add_error(when, error)
                return self._show(request, report, form, when, 422)
            show_error(request, error)
        return redirect("dashboard:report", report.pk)

    def _done(self, request: HttpRequest, report: Report, when: WhenForm) -> str:
        """Do what the button asks for beyond saving. Returns the message for the next page."""
        now = timezone.now()
        if "send" in request.POST:
            send_reports.send_report(report=report, actor=self.actor, now=now)
            return _("The report is on its way.")
        if when.is_bound:
            review_draft.schedule_report(
                report=report, at=when.cleaned_data["send_at"], actor=self.actor, now=now
            )
            return _("Saved. It is sent automatically at that time.")
        return _("Saved.")

    def _show(
        self, request: HttpRequest, report: Report, form: WordsForm, when: WhenForm, status: int
    ) -> HttpResponse:
        is_draft = report.state == ReportState.DRAFT
        if is_draft:
            report = with_typed(report, form.cleaned_data if form.is_bound else form.initial)
        snapshot = review_draft.contents_shown(report)
        with translation.override(report.language):
            context = template_context(snapshot) | {"title": send_reports.report_title(report)}
        return self.show(
            request,
            report=report,
            form=form,
            when=when,
            is_draft=is_draft,
            decisions=suggested_texts.decisions(snapshot, report.language) if is_draft else [],
            reader=email_recipient.recipients_by_client([report.period.agreement]).get(
                report.client_id
            ),
            status=status,
            **(off_month(report, snapshot) if is_draft else correction(report)),
            **context,
        )


class CorrectReport(DashboardView):
    """Follow a sent report by a correction, which is emailed to the client."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = CorrectionForm(request.POST)
        form.is_valid()  # a note that is missing is refused below, with its reason
        try:
            correct_report.correct_report(
                report=report_with_facts(self, pk),
                note=form.cleaned_data.get("note", ""),
                actor=self.actor,
                now=timezone.now(),
                origin=self.origin,
            )
            messages.success(request, _("The correction is on its way."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:report", pk)


class PreviewReport(DashboardView):
    """Preview the text in the form as the client would see it, without saving it.

    A report that was sent in the meantime is shown as it was sent.
    """

    needs = Area.REPORTS
    template = "dashboard/reports/report_preview.html"

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = report_with_facts(self, pk)
        if report.state == ReportState.DRAFT:
            form = words_form(report, request.POST)
            form.is_valid()  # fills cleaned_data: the preview leaves out the fields with errors
            report = with_typed(report, form.cleaned_data)
        with translation.override(report.language):
            context = template_context(review_draft.contents_shown(report)) | {
                "title": send_reports.report_title(report)
            }
        return self.show(request, report=report, **context)


class MarkDiscussed(DashboardView):
    """Record that the freelancer has talked to the client about a report nobody had opened."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report_reminders.complete_task(report=self.row(Report, pk), now=timezone.now())
        messages.success(request, _("Noted."))
        return redirect("dashboard:report", pk)


class ReportPdf(DashboardView):
    """A sent report as a PDF. It is printed now if no worker has printed it yet."""

    needs = Area.REPORTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = report_with_facts(self, pk)
        if report.state != ReportState.SENT:
            raise Http404
        return pdf_response(report_pdf.ensure_pdf(report=report, now=timezone.now()))


def report_with_facts(view: DashboardView, pk: UUID) -> Report:
    """One of the business's reports with everything it is made of. Raises Http404."""
    return view.row(Report, pk, view.rows(Report).select_related(*report_facts.RELATED))


def with_typed(report: Report, values: Mapping[str, Any]) -> Report:
    """The report with the text currently in the form. It is not saved."""
    for name, value in values.items():
        setattr(report, name, value)
    return report


def words_form(report: Report, data: Any = None) -> WordsForm:
    """The form with the saved text.

    A draft that nobody has edited starts with text derived from its figures.
    """
    snapshot = review_draft.contents_shown(report)
    kpis = [(row["id"], row["name"]) for row in snapshot["kpis"]]
    initial: dict[str, Any] = {
        name: getattr(report, name) for name in ("comment", "next_text", "decision")
    }
    initial["chosen"] = report.chosen or [row["id"] for row in snapshot["kpis"] if row["shown"]]
    typed = report.comment or report.next_text or report.decision
    if report.state == ReportState.DRAFT and report.reviewed_at is None and not typed:
        turn = send_reports.turn(report)
        initial["comment"] = suggested_texts.comment(snapshot, report.language, turn)
        initial["next_text"] = suggested_texts.next_steps(snapshot, report.language, turn)
        initial["decision"] = next(iter(suggested_texts.decisions(snapshot, report.language)), "")
    return WordsForm(data, kpis=kpis, initial=initial)


def off_month(report: Report, snapshot: dict[str, Any]) -> dict[str, Any]:
    """What happens to a draft if its month is off, and until when it is held, for its page."""
    rule = off_month_rules.rules_of([report])[report.pk]
    is_held = Verdict(snapshot["verdict"]) == Verdict.OFF and report.reviewed_at is None
    deadline = None
    if is_held and rule.is_held and report.send_at:
        zone = report.period.agreement.time_zone
        deadline = (
            report.send_at
            if report.held_at
            else off_months.deadline(report.send_at, report.send_at, zone)
        )
    waits_anyway = report.send_at is None and report.held_at is None
    own = off_month_rules.own_rule(report.period.agreement)
    return {
        "deadline": deadline,
        "waits_off": is_held and rule.waits,
        "off_months": (
            None if waits_anyway else OffMonthForm(is_own=True, initial={"choice": own or ""})
        ),
    }


def correction(report: Report) -> dict[str, Any]:
    """What was corrected in a sent report, and what a correction would name now."""
    return {
        "corrections": report.corrections.all(),
        "changed_lines": correct_report.changed_since(report),
        "correct_form": CorrectionForm(),
    }


def when_form(view: DashboardView, report: Report, data: Any = None) -> WhenForm:
    """The form for when the report is sent, in the business's time zone."""
    return WhenForm(data, zone=view.business.time_zone, at=report.send_at)


def job_progress(view: DashboardView) -> dict[str, Any]:
    """The progress of the report job, and how many of the business's PDFs wait for a worker."""
    run = report_run.last_run()
    running = bool(run and run.finished_at is None)
    to_print = report_pdf.reports_without_pdf().filter(business=view.business).count()
    sent_lately = (
        view.rows(Report).filter(sent_at__gte=timezone.now() - report_pdf.RECENT).count()
        if to_print
        else 0
    )
    return {
        "run": run,
        "running": running,
        "share": min(100, run.done * 100 // run.total) if run and run.total else 100,
        "to_print": to_print,
        "printed": max(0, sent_lately - to_print),
        "sent_lately": max(sent_lately, to_print),
        "busy": running or bool(to_print),
    }
