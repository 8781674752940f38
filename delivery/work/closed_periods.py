"""A period whose report was sent is closed: what the client was told does not change any more (rule 38)."""

from django.utils.translation import gettext as _

from agreements.models import Period
from delivery.models import Report
from delivery.rules.errors import AlreadySent
from delivery.rules.states import ReportState


def is_closed(period: Period) -> bool:
    """Whether its report was sent."""
    return Report.objects.filter(period=period, state=ReportState.SENT).exists()


def hold_open(period: Period) -> None:
    """Hold a period for the rest of the transaction; writers take turns. Raises AlreadySent where it is closed."""
    Period.objects.select_for_update(no_key=True).get(pk=period.pk)
    if is_closed(period):
        raise AlreadySent(_("The report for this period was sent; what it says is kept as it is."))
