"""The freelancer's review of a draft: their words, and the report as the client will see it."""

from typing import Any

from django.utils.translation import gettext as _

from delivery.compose import snapshot
from delivery.errors import AlreadySent
from delivery.models import Report
from delivery.states import ReportState


def save_words(*, report: Report, comment: str, next_text: str) -> Report:
    """Keep the words of a draft. Raises AlreadySent."""
    mine = Report.objects.filter(pk=report.pk, state=ReportState.DRAFT)
    if not mine.update(comment=comment, next_text=next_text):
        raise AlreadySent(_("This report was sent and can no longer be changed."))
    report.refresh_from_db()
    return report


def shown(report: Report) -> dict[str, Any]:
    """What the client reads: the frozen snapshot, or for a draft the one it would be now."""
    return report.snapshot if report.state == ReportState.SENT else snapshot(report)
