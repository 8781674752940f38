"""Stores what the client saw of a report (rules 29 and 38).

What nothing shows to have been seen stays "not recorded".
"""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least

from delivery.models import Report
from delivery.rules.states import ReportState

MOST_SECONDS_AT_ONCE = 60  # seconds that a single message from the page may add
LONGEST = 24 * 3600  # seconds in all


def record_email_opened(*, report_id: str, now: datetime) -> None:
    """Store when the image in the email was first fetched.

    Some mail programs fetch images without anybody opening the email. Nothing is stored for a
    business that has switched the image off since.
    """
    sent_report = Report.objects.filter(
        pk=UUID(hex=report_id), state=ReportState.SENT, business__tracking_picture=True
    )
    sent_report.filter(letter_opened_at__isnull=True).update(letter_opened_at=now)


def record_opened(*, report: Report, now: datetime) -> None:
    """Store when the client first opened the report in the portal."""
    Report.objects.filter(pk=report.pk, state=ReportState.SENT, opened_at__isnull=True).update(
        opened_at=now
    )


def record_seconds(*, report: Report, seconds: int) -> None:
    """Add the seconds for which the page was in view, at most A_BIT at a time."""
    added = max(0, min(seconds, MOST_SECONDS_AT_ONCE))
    total = Least(Coalesce(F("read_seconds"), Value(0)) + added, Value(LONGEST))
    Report.objects.filter(pk=report.pk, state=ReportState.SENT).update(read_seconds=total)
