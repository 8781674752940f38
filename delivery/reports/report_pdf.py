"""Prints reports that were frozen and have no paper yet, each claimed by its row; then its letter is announced.

The paper's bytes follow from the report's contents, so that two workers who print one make the same file.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from core.documents import render, store
from core.documents.glyphs import printable_within
from core.models import Document
from core.models.document import DocumentKind
from core.outbox import emails
from delivery.models import Report
from delivery.reports import read_facts
from delivery.reports.report_words import with_words
from delivery.reports.send import title
from delivery.rules.states import ReportState

LEASE = timedelta(minutes=10)
AT_ONCE = 20  # looked up together
RECENT = timedelta(hours=12)  # what was sent since is one batch to whoever watches it being printed


def waiting() -> QuerySet[Report]:
    """Frozen, and not printed."""
    return Report.objects.filter(state=ReportState.SENT, document__isnull=True)


def print_due(*, now: datetime) -> int:
    """Print until nothing is left that nobody else is printing; how many. Any number of workers at once."""
    made = 0
    while ids := list(_free(now).order_by("sent_at", "pk").values_list("pk", flat=True)[:AT_ONCE]):
        claimed = [pk for pk in ids if _free(now).filter(pk=pk).update(lease_until=now + LEASE)]
        for report in Report.objects.filter(pk__in=claimed).select_related(*read_facts.RELATED):
            ensure(report=report, now=now)
            made += 1
        if not claimed:
            return made  # somebody else has them all
    return made


def ensure(*, report: Report, now: datetime) -> Document:
    """The paper of a sent report, made where it is missing. The same contents give the same bytes: so it is one."""
    if report.document:
        return report.document
    pdf = _pdf(report)
    with transaction.atomic(), translation.override(report.language):
        document = store.save(
            business=report.business,
            kind=DocumentKind.REPORT,
            title=title(report),
            pdf=pdf,
            now=now,
        )
        Report.objects.filter(pk=report.pk, document__isnull=True).update(
            document=document, lease_until=None
        )
        emails.post("report", [(str(report.pk), report.business)], now=now)
    report.document = document
    return document


def _free(now: datetime) -> QuerySet[Report]:
    return waiting().filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))


def _pdf(report: Report) -> bytes:
    """What a client or another system has typed may hold signs that no font has: they are left out on paper."""
    assert report.sent_at
    with translation.override(report.language):
        context = {"business": report.business, **with_words(printable_within(report.snapshot))}
        name = title(report)
    return render.pdf(
        "report",
        context,
        language=report.language,
        title=name,
        identifier=report.sha256,
        created=report.sent_at,
    )
