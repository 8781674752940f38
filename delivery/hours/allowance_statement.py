"""The hours of an agreement as both sides read them, now or as of a past day (rule 26)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from agreements.models.agreement import HoursAlerts
from agreements.rules.terms import Rollover
from core.dates import local_instant
from delivery.hours import hours_left
from delivery.rules.allowance import PeriodStatement


@dataclass(frozen=True)
class StatementLine:
    """A period with its statement.

    While the period runs, it is not known yet what will roll over or expire.
    """

    period: Period
    stated: PeriodStatement
    is_over: bool


def statement_lines(
    agreement: Agreement, today: date, on: date | None = None
) -> list[StatementLine]:
    """Return the periods of an agreement with their statements, the newest first.

    With `on` they read as at the end of that day in the agreement's time zone.
    """
    as_of = on or today
    end_of_day = local_instant(on + timedelta(days=1), 0, agreement.time_zone) if on else None
    statements = hours_left.statements_of([agreement], end_of_day)
    periods = Period.objects.filter(pk__in=statements).order_by("-starts_on")
    return [
        StatementLine(period, statements[period.pk], period.ends_on <= as_of) for period in periods
    ]


def rollover_sentence(agreement: Agreement) -> str:
    """Return what was signed about unused time, in a sentence in the active language."""
    rollover_policy = hours_left.rollover_policy(agreement)
    if rollover_policy.rollover == Rollover.NONE:
        return _("Time that is not used ends with its period.")
    values = {"n": rollover_policy.expiry_periods, "percent": rollover_policy.cap_percent}
    sentence = ngettext(
        "Unused time carries over for %(n)s period, up to %(percent)s %% of a period's time.",
        "Unused time carries over for %(n)s periods, up to %(percent)s %% of a period's time.",
        rollover_policy.expiry_periods,
    )
    deficit_sentence = (
        " " + _("Extra time is deducted from the next period.")
        if rollover_policy.rollover == Rollover.BOTH
        else ""
    )
    return sentence % values + deficit_sentence


def set_usage_warnings(agreement: Agreement, who: str) -> None:
    """Set who is told when the hours of a period are nearly used; `who` is a TellsHours value."""
    Agreement.objects.filter(pk=agreement.pk).update(tells_hours=HoursAlerts(who))
