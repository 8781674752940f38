"""How much a KPI changed, in words."""

from decimal import Decimal

from django.utils.translation import gettext as _

from core import formats
from delivery.rules.kpi_pace import change_percent


def since_start(start: Decimal, value: Decimal) -> str:
    """Return the change since the start of the retainer, in percent or in words."""
    percent = change_percent(start, value)
    if percent is None:
        return _("from 0 at the start")
    if not percent and value != start:
        return _("almost unchanged since the start")
    return _("%(change)s %% since the start") % {"change": formats.signed(percent)}


def within_months(start: Decimal, value: Decimal, percent: Decimal | None) -> str:
    """Return the change over several months whose `percent` is known, None where it began at 0."""
    if percent is None:
        return _("from 0")
    if not percent and value != start:
        return _("almost unchanged")
    return f"{formats.signed(percent)} %"
