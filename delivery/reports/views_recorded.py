"""Records what was seen of a report: what nobody saw stays "not recorded" (rules 29 and 38)."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least

from delivery.models import Report
from delivery.rules.states import ReportState

A_BIT = 60  # seconds that one sign of life may add
LONGEST = 24 * 3600


def letter_opened(*, report_id: str, now: datetime) -> None:
    """The picture of the letter was fetched, the first time counts. Mail programs may do that by themselves."""
    sent = Report.objects.filter(pk=UUID(hex=report_id), state=ReportState.SENT)
    sent.filter(letter_opened_at__isnull=True).update(letter_opened_at=now)


def opened(*, report: Report, now: datetime) -> None:
    """The client looked at it in the portal; the first time counts."""
    Report.objects.filter(pk=report.pk, state=ReportState.SENT, opened_at__isnull=True).update(
        opened_at=now
    )


def read(*, report: Report, seconds: int) -> None:
    """The page was in front of somebody for so many seconds more."""
    more = max(0, min(seconds, A_BIT))
    total = Least(Coalesce(F("read_seconds"), Value(0)) + more, Value(LONGEST))
    Report.objects.filter(pk=report.pk, state=ReportState.SENT).update(read_seconds=total)
