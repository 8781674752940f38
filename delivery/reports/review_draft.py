"""The freelancer's review of a draft: texts, KPIs shown first, and when it is sent (rule 38)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from delivery.models import Report
from delivery.reports.compose import KPIS_SHOWN
from delivery.reports.send_reports import current_snapshot
from delivery.rules.errors import AlreadySent
from delivery.rules.states import ReportState

FURTHEST = timedelta(days=60)  # how far ahead a report may be scheduled


def save_texts(
    *,
    report: Report,
    comment: str,
    next_text: str,
    now: datetime,
    decision: str = "",
    chosen: Sequence[str] = (),
) -> Report:
    """Save what the freelancer wrote and chose for a draft. Raises AlreadySent."""
    fields = {
        "comment": comment,
        "next_text": next_text,
        "decision": decision,
        "chosen": list(chosen)[:KPIS_SHOWN],
    }
    if not _draft(report).update(**fields, reviewed_at=now):
        raise AlreadySent(_("This report was sent and can no longer be changed."))
    report.refresh_from_db()
    return report


def schedule_report(*, report: Report, at: datetime, actor: str, now: datetime) -> Report:
    """Set when a draft is sent; `actor` is recorded as the sender.

    Raises AlreadySent, also for a time in the past.
    """
    if not now < at <= now + FURTHEST:
        raise AlreadySent(_("Choose a time within the next 60 days."), field="send_at")
    if not _draft(report).update(send_at=at, released_by=actor):
        raise AlreadySent(_("This report was sent and can no longer be changed."))
    report.refresh_from_db()
    return report


def contents_shown(report: Report) -> dict[str, Any]:
    """Return what the client reads: the frozen snapshot, or for a draft the current one."""
    return report.snapshot if report.state == ReportState.SENT else current_snapshot(report)


def _draft(report: Report) -> Any:
    """Return the report as a queryset, empty once it was sent."""
    return Report.objects.filter(pk=report.pk, state=ReportState.DRAFT)
