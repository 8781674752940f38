"""Deliverables and reports."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.download import pdf_response
from core.errors import RuleError
from core.listing import page_of
from dashboard.forms.work import WordsForm
from dashboard.views.desk import Desk, say
from delivery import deliver, review, send
from delivery.compose import with_words
from delivery.models import Deliverable, Report
from delivery.models.report import REPORT_STATES
from delivery.states import ReportState


class Tick(Desk):
    """How many of a deliverable the client has."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.row(Deliverable, pk, self.rows(Deliverable).select_related("period"))
        text = request.POST.get("done", "")
        if text.isascii() and text.isdigit() and int(text) <= 9999:
            deliver.set_done(deliverable=row, done=int(text))
        else:
            messages.error(request, _("Write a number for %(what)s.") % {"what": row.title})
        return redirect("dashboard:agreement", row.period.agreement_id)


class Reports(Desk):
    """Every report, newest first."""

    template = "dashboard/reports.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.rows(Report).select_related("client", "period__agreement")
        asked, state = request.GET.get("q", "").replace("\x00", "")[:100], request.GET.get("state", "")
        if asked:
            found = found.filter(client__name__icontains=asked)
        if state in dict(REPORT_STATES):
            found = found.filter(state=state)
        page = page_of(found, request.GET, by="created_at")
        return self.show(request, page=page, asked=asked, state=state, states=REPORT_STATES)


class ReportPage(Desk):
    """Review: your words beside what the client will see."""

    template = "dashboard/report.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = self._report(pk)
        form = WordsForm(initial={"comment": report.comment, "next_text": report.next_text})
        return self._show(request, report, form, 200)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Save the words; "send" also sends it."""
        report = self._report(pk)
        form = WordsForm(request.POST)
        if not form.is_valid():
            return self._show(request, report, form, 422)
        try:
            review.save_words(report=report, **form.cleaned_data)
            if "send" in request.POST:
                send.send_report(report=report, actor=self.actor, now=timezone.now())
                messages.success(request, _("The report is on its way."))
            else:
                messages.success(request, _("Saved."))
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:report", report.pk)

    def _report(self, pk: UUID) -> Report:
        related = self.rows(Report).select_related(
            "client", "period__agreement__contact", "business__owner", "document"
        )
        return self.row(Report, pk, related)

    def _show(self, request: HttpRequest, report: Report, form: WordsForm, status: int) -> HttpResponse:
        shown = with_words(review.shown(report))
        is_draft = report.state == ReportState.DRAFT
        return self.show(request, report=report, form=form, is_draft=is_draft, status=status, **shown)


class ReportPdf(Desk):
    """The sent report as a file."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = self.row(Report, pk, self.rows(Report).select_related("document"))
        if report.document is None:
            raise Http404
        return pdf_response(report.document)
