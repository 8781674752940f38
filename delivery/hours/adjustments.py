"""Corrects the included hours of a period by hand, always with a reason (rule 25)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Period
from core import audit, formats
from core.audit import UNSEEN, Origin
from delivery.models import Adjustment
from delivery.rules.errors import TooMuch

MOST_MINUTES = 744 * 60  # minutes in a month of 31 days


def adjust_allowance(
    *, period: Period, minutes: int, reason: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Adjustment:
    """Add `minutes` to the included hours of a period, or take them away when negative.

    The adjustment is shown to both sides and written to the agreement's audit record. Raises
    TooMuch for zero and for more than MOST minutes.
    """
    if not minutes or abs(minutes) > MOST_MINUTES:
        raise TooMuch(_("Write hours between 1 minute and 744 hours."), field="minutes")
    data = {
        "hours": formats.hours_signed(minutes),
        "starts_on": period.starts_on.isoformat(),
        "reason": reason,
    }
    with transaction.atomic():
        adjustment = Adjustment.objects.create(
            business_id=period.business_id,
            period=period,
            minutes=minutes,
            reason=reason,
            actor=actor,
            created_at=now,
        )
        audit.record(
            business=period.business,
            chain_id=period.agreement_id,
            event="hours_adjusted",
            actor=actor,
            now=now,
            origin=origin,
            data=data,
        )
    return adjustment
