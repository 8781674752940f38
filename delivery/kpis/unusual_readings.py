"""Asks about a reading that is far from what is usual, before it counts (rule 38)."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core import formats
from delivery.models import Kpi, Reading
from delivery.rules.kpi_pace import LOOKED_AT, is_unusual, usual_value


def question(kpi: Kpi, value: Decimal, on: date) -> str:
    """Return what to ask about a value of this day, in the active language; "" if it is usual."""
    earlier = Reading.objects.filter(kpi=kpi, on__lt=on).order_by("-on")
    found = list(earlier.values_list("value", flat=True)[:LOOKED_AT])
    usual = usual_value(found, kpi.baseline)
    if not is_unusual(value, usual):
        return ""
    values = {"value": formats.number(value), "usual": formats.number(usual)}
    return _("%(value)s is correct, although it is usually about %(usual)s.") % values
