"""Corrects a period's allowance by minutes of either sign, with the reason; never silently (rule 25)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Period
from core import audit, formats
from core.audit import UNSEEN, Origin
from delivery.models import Adjustment
from delivery.rules.errors import TooMuch

MOST = 744 * 60  # minutes: a month of 31 days


def adjust(
    *, period: Period, minutes: int, reason: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Adjustment:
    """Give minutes (or take them, below zero). The agreement's record and both statements show it. Raises TooMuch."""
    if not minutes or abs(minutes) > MOST:
        raise TooMuch(_("Write hours between 1 minute and 744 hours."), field="minutes")
    words = {
        "hours": formats.hours_signed(minutes),
        "starts_on": period.starts_on.isoformat(),
        "reason": reason,
    }
    with transaction.atomic():
        row = Adjustment.objects.create(
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
            data=words,
        )
    return row
