"""An agreement's allowance as both sides read it: a line for each period, now or as it stood on a day (rule 26)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from agreements.models.agreement import TellsHours
from core.dates import local_instant
from delivery.hours import hours_left
from delivery.rules.allowance import PeriodStatement, Rollover


@dataclass(frozen=True)
class Line:
    """A period with its statement; while it runs nobody knows yet what rolls on or expires."""

    period: Period
    stated: PeriodStatement
    is_over: bool


def lines(agreement: Agreement, today: date, on: date | None = None) -> list[Line]:
    """The newest period first. With `on` as it stood at the end of that day, where the client is."""
    day = on or today
    at = local_instant(on + timedelta(days=1), 0, agreement.time_zone) if on else None
    stated = hours_left.of_agreements([agreement], at)
    periods = Period.objects.filter(pk__in=stated).order_by("-starts_on")
    return [Line(period, stated[period.pk], period.ends_on <= day) for period in periods]


def policy(agreement: Agreement) -> str:
    """What was signed about time that is left, in a sentence."""
    found = hours_left.policy_of(agreement)
    if found.rollover == Rollover.NONE:
        return _("Time that is not used ends with its period.")
    words = {"n": found.expiry_periods, "percent": found.cap_percent}
    said = ngettext(
        "Unused time goes on for %(n)s period, up to %(percent)s %% of a period's time.",
        "Unused time goes on for %(n)s periods, up to %(percent)s %% of a period's time.",
        found.expiry_periods,
    )
    also = (
        " " + _("Too much is taken from the next period.")
        if found.rollover == Rollover.BOTH
        else ""
    )
    return said % words + also


def tell(agreement: Agreement, who: str) -> None:
    """Who hears when the hours are nearly used."""
    Agreement.objects.filter(pk=agreement.pk).update(tells_hours=TellsHours(who))
