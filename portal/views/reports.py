"""Reports as the client reads and answers them. Opening and reading them is recorded."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agreements.models import Period
from agreements.rules.states import PeriodState
from clients.models import Contact
from core.dates import local_day
from core.errors import RuleError
from core.models import Link
from core.tenancy import acting_for, scoped
from core.web import query_string
from core.web.download import pdf_response
from core.web.keyset_pages import page_of
from core.web.throttle import mailbox, network, too_often
from delivery.models import QuarterlyReview, Report
from delivery.models.report import ANSWERS
from delivery.reports import (
    client_decision,
    report_emails,
    report_facts,
    report_pdf,
    review_draft,
    send_reports,
    view_tracking,
)
from delivery.reports.report_texts import template_context
from delivery.rules.states import ReportState
from portal.access import Money, PortalView
from portal.forms import LinkRequestForm
from portal.sessions import origin, signed_in_contact

#: A transparent GIF of one pixel.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b"
)
LATELY = 12  # skipped periods listed at most


class Reports(PortalView):
    """The list of all sent reports, and the periods without one because they were skipped."""

    money = Money.NONE

    def get(self, request: HttpRequest) -> HttpResponse:
        reports = (
            self.rows(Report).filter(state=ReportState.SENT).select_related("period__agreement")
        )
        page = page_of(reports, request.GET, by="created_at")
        today = local_day(timezone.now(), self.client.time_zone)
        skipped = scoped(Period, self.contact.business).filter(
            agreement__client=self.client, state=PeriodState.SKIPPED, ends_on__lte=today
        )
        reviews = (
            self.rows(QuarterlyReview)
            .filter(sent_at__isnull=False)
            .select_related("agreement", "document")
        )
        context = {
            "page": page,
            "silent": skipped.select_related("agreement").order_by("-starts_on")[:LATELY],
            "reviews": reviews,
        }
        return render(request, "portal/reports.html", context)


class ReportPage(PortalView):
    """One report. Opening it is recorded."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = sent_report(self, pk)
        view_tracking.record_opened(report=report, now=timezone.now())
        return render(request, "portal/report.html", _context(report))


class ReportPdf(PortalView):
    """A report as a PDF. It is printed now if no worker has printed it yet."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return pdf_response(report_pdf.ensure_pdf(report=sent_report(self, pk), now=timezone.now()))


class RecordReadingTime(PortalView):
    """Add seconds to the time for which the report was visible, as the page's script reports."""

    money = Money.NONE

    readers_may_post = True

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = sent_report(self, pk)
        seconds = query_string.whole(request.POST.get("seconds", ""))
        if seconds is None:
            return HttpResponse(status=400)
        view_tracking.record_seconds(report=report, seconds=seconds)
        return HttpResponse(status=204)


class AnswerPage(PortalView):
    """The one decision that the report asks for. The answer clicked in the email comes first."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = sent_report(self, pk)
        if not report.decision or report.answer:
            return redirect("portal:report", report.pk)
        return render(
            request, "portal/answer.html", {**_context(report), "pressed": _clicked_answer(request)}
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = sent_report(self, pk)
        save_answer(request, report, self.contact)
        return redirect("portal:report", report.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Where the address on a printed report leads: to its question, for somebody who may answer.

    Everybody else is asked for an email address. The response is the same whether or not it, or the
    code, is known.
    """
    report, contact = client_decision.by_code(code), signed_in_contact(request)
    if report and contact and contact.client_id == report.client_id:
        return redirect("portal:answer", report.pk)
    form = LinkRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, now = form.cleaned_data["email"], timezone.now()
        too_many = too_often("ask", network(request), limit=10, seconds=3600, now=now)
        if not too_many and not too_often("ask", mailbox(email), limit=5, seconds=3600, now=now):
            client_decision.mail_question(code=code, email=email, now=now)
        return render(request, "portal/sent.html")
    context = {"form": form, "is_question": True}
    return render(request, "portal/ask.html", context, status=422 if form.is_bound else 200)


def awaiting_answer(link: Link, contact: Contact) -> Report | None:
    """The report whose open decision an email link leads to; None if there is none."""
    noun, _colon, pk = link.target.partition(":")
    if noun != "answer":
        return None
    unanswered = scoped(Report, contact.business).filter(
        client=contact.client, state=ReportState.SENT, answer=""
    )
    return (
        unanswered.exclude(decision="")
        .select_related("business__owner", "period")
        .filter(pk=pk)
        .first()
    )


def answer_without_session(request: HttpRequest, report: Report, contact: Contact) -> HttpResponse:
    """The question with its answers, before the session is open. One click is the answer."""
    context = {
        "report": report,
        "contact": contact,
        "answers": ANSWERS,
        "pressed": _clicked_answer(request),
    }
    return render(
        request, "portal/answer_door.html", {**context, "title": send_reports.report_title(report)}
    )


def save_answer(request: HttpRequest, report: Report, contact: Contact) -> None:
    """Save the client's answer, and say so on the next page."""
    try:
        client_decision.store_answer(
            report=report,
            answer=request.POST.get("answer", ""),
            contact=contact,
            now=timezone.now(),
            origin=origin(request),
            words=request.POST.get("words", "").replace("\x00", "").strip(),
        )
        messages.success(request, _("Thank you: your answer is on its way."))
    except RuleError as error:
        messages.error(request, str(error))


@never_cache
@require_safe
def email_opened(request: HttpRequest, token: str) -> HttpResponse:
    """The email's tracking pixel: records that the email was opened.

    A look at the email from inside the business does not count.
    """
    report_id = report_emails.report_of_image(token)
    if report_id and not (request.user.is_authenticated and acting_for(request.user)[0]):
        view_tracking.record_email_opened(report_id=report_id, now=timezone.now())
    return HttpResponse(PIXEL, content_type="image/gif")


def sent_report(view: PortalView, pk: UUID) -> Report:
    """A report that was sent to this client. Raises Http404 for drafts (rule 37)."""
    report = view.row(Report, pk, *report_facts.RELATED)
    if report.state != ReportState.SENT:
        raise Http404
    return report


def _clicked_answer(request: HttpRequest) -> str:
    """The answer that was clicked in the email, or else the first one."""
    answer = query_string.text(request.GET, "answer")
    return answer if answer in dict(ANSWERS) else ANSWERS[0][0]


def _context(report: Report) -> dict[str, Any]:
    """The context of a report's page, in the report's language."""
    with translation.override(report.language):
        context = template_context(review_draft.contents_shown(report)) | {
            "title": send_reports.report_title(report)
        }
    return {
        "report": report,
        "answers": ANSWERS,
        "corrections": report.corrections.all(),
        **context,
    }
