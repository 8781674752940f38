"""Closed periods: once the report of a period is sent, its contents no longer change (rule 38)."""

from django.utils.translation import gettext as _

from agreements.models import Period
from delivery.models import Report
from delivery.rules.errors import AlreadySent
from delivery.rules.states import ReportState


def is_closed(period: Period) -> bool:
    """Whether the report of the period was sent."""
    return Report.objects.filter(period=period, state=ReportState.SENT).exists()


def lock_open_period(period: Period) -> None:
    """Lock the period until the end of the transaction.

    Writers wait for each other on this lock. Raises AlreadySent when the period is closed.
    """
    Period.objects.select_for_update(no_key=True).get(pk=period.pk)
    if is_closed(period):
        raise AlreadySent(_("The report for this period was sent; what it says is kept as it is."))
