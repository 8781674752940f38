"""Renders the PDF of sent reports that have none yet, and then queues their email.

A worker claims each report with a lease on its row. The bytes follow from the report's contents,
so two workers that render the same report make the same file.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import links
from core.documents import qr, render, store
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Document
from core.models.document import DocumentKind
from core.outbox import emails
from delivery.models import Report
from delivery.reports import client_decision, report_facts
from delivery.reports.report_texts import template_context
from delivery.reports.send_reports import report_title
from delivery.rules.states import ReportState

RENDER = Step(
    "print_reports",
    "delivery.tasks.print_reports",
    gettext_lazy("Render the report as PDF"),
    Report,
    title="client__name",
    page=("report", "pk"),
)
LEASE = timedelta(minutes=10)
AT_ONCE = 20  # reports that are looked up together
RECENT = timedelta(hours=12)  # reports sent within it are shown as one batch that is in progress


def reports_without_pdf() -> QuerySet[Report]:
    """Return the sent reports that have no PDF yet."""
    return Report.objects.filter(state=ReportState.SENT, document__isnull=True)


def render_due(*, now: datetime) -> int:
    """Render PDFs until none is left that no other worker has claimed; return how many.

    Any number of workers may run at once.
    """
    rendered = 0
    waiting = without_waiting(_unclaimed(now), RENDER, now).order_by("sent_at", "pk")
    while ids := list(waiting.values_list("pk", flat=True)[:AT_ONCE]):
        claimed = [
            pk for pk in ids if _unclaimed(now).filter(pk=pk).update(lease_until=now + LEASE)
        ]
        rendered += batches.run_each(
            RENDER, claimed, lambda pk: _render(pk, now), now=now, atomic=False
        )
        if not claimed:
            return rendered  # other workers have claimed them all
    return rendered


def _render(pk: UUID, now: datetime) -> int:
    ensure_pdf(report=Report.objects.select_related(*report_facts.RELATED).get(pk=pk), now=now)
    return 1


def ensure_pdf(*, report: Report, now: datetime) -> Document:
    """Return the PDF of a sent report, rendering it where it is missing.

    The same contents give the same bytes, so two workers store one and the same document.
    """
    if report.document:
        return report.document
    pdf = _pdf(report)
    with transaction.atomic(), translation.override(report.language):
        document = store.save(
            business=report.business,
            kind=DocumentKind.REPORT,
            title=report_title(report),
            pdf=pdf,
            now=now,
        )
        Report.objects.filter(pk=report.pk, document__isnull=True).update(
            document=document, lease_until=None
        )
        emails.post("report", [(str(report.pk), report.business)], now=now)
    report.document = document
    return document


def _unclaimed(now: datetime) -> QuerySet[Report]:
    """Return the waiting reports that no worker has claimed."""
    return reports_without_pdf().filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))


def _pdf(report: Report) -> bytes:
    """Return the bytes of the PDF.

    Texts that were entered by others may have characters that no font contains; these are left out.
    """
    assert report.sent_at
    with translation.override(report.language):
        context = {
            "business": report.business,
            **template_context(report.snapshot),
            "answer": _answer(report) if report.decision else None,
        }
        name = report_title(report)
    return render.pdf(
        "report",
        context,
        language=report.language,
        title=name,
        identifier=report.sha256,
        created=report.sent_at,
        on_one_page=True,
    )


def _answer(report: Report) -> dict[str, str]:
    """Return the short address of the question, as people type it, and its QR code."""
    url = links.absolute_url("portal:paper_answer", client_decision.code_of(report))
    return {
        "address": url.partition("://")[2],
        "code": qr.draw_svg(url, title=_("QR code of the page that answers this")),
    }
