"""The overview's running retainers: their hours, what each stands at, and who may not renew."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.intervals import minutes_per_month
from agreements.running import effective_terms
from billing.income import exchange, guaranteed
from billing.income.exchange import Rates
from billing.rules.asking import Way
from dashboard.page import DashboardView
from delivery.hours.recent_hours import RecentPeriod
from delivery.renewing.renewal_outlook import Outlook

TONES = ("bad", "warn", "good")  # of a status, the worst first
SHOWN = 6  # rows listed at most per section of the overview
Recent = Mapping[UUID, Sequence[RecentPeriod]]


def hours(running: Sequence[Agreement], recent: Recent) -> dict[str, int]:
    """The minutes of all newest periods for one month, whatever their interval (rule 47)."""
    newest = [(row.interval, recent[row.pk][0]) for row in running if row.pk in recent]
    return {
        "used": sum(minutes_per_month(period.used, interval) for interval, period in newest),
        "available": sum(
            minutes_per_month(period.available, interval) for interval, period in newest
        ),
    }


def rows(
    view: DashboardView,
    running: Sequence[Agreement],
    recent: Recent,
    risks: Mapping[UUID, Outlook],
    late: Mapping[UUID, Way],
    following: Mapping[UUID, date],
    rates: Rates,
) -> list[dict[str, Any]]:
    """The retainers that matter first: failing, largest, due next.

    `late` are those of `queries.late_agreements`, `following` the days of `periods.next_starts`.
    """

    def place(row: Agreement) -> tuple[int, int, date, str]:
        """Where a retainer stands in the list: by trouble, then by fee, then by its next day."""
        tone = _tone(row, _newest(row, recent), late.get(row.pk))
        fee = {row.currency: guaranteed.monthly_fee(row, view.today)}
        in_own, _apart = exchange.in_own(fee, view.business, rates)
        return TONES.index(tone), -in_own, following.get(row.pk, date.max), str(row.pk)

    shown = sorted(running, key=place)[:SHOWN]
    tiers = view.rows(Agreement).filter(pk__in=[row.pk for row in shown])
    names = dict(tiers.values_list("pk", "tier__name"))
    found = []
    for row in shown:
        terms = effective_terms.terms_on(row, view.today)
        period = _newest(row, recent)
        found.append(
            {
                "agreement": row,
                "tier": names[row.pk] if terms is row else terms.tier["name"],
                "amount": terms.amount,
                "hours": period,
                "next_on": following.get(row.pk),
                "risk": risks[row.pk],
                "status": _status(row, period, late.get(row.pk)),
            }
        )
    return found


def at_risk(
    running: Sequence[Agreement], risks: Mapping[UUID, Outlook]
) -> list[tuple[Agreement, Outlook]]:
    """Agreements with a reason not to renew, the highest risk first."""
    risky = [(row, risks[row.pk]) for row in running if risks[row.pk].risks]
    return sorted(risky, key=lambda pair: -pair[1].points)[:SHOWN]


def _newest(row: Agreement, recent: Recent) -> RecentPeriod | None:
    periods = recent.get(row.pk)
    return periods[0] if periods else None


def _tone(row: Agreement, period: RecentPeriod | None, late: Way | None) -> str:
    """The tone of a retainer's status. `late` is how it is paid, if a payment is late."""
    if late:
        return "bad"
    return "warn" if row.parked_because or (period and period.remaining < 0) else "good"


def _status(row: Agreement, period: RecentPeriod | None, late: Way | None) -> tuple[str, str]:
    """A retainer's status as words and a tone."""
    if late:
        words = _("Transfer overdue") if late == Way.TRANSFER else _("Charge failed")
    elif row.parked_because:
        words = _("Billing on hold")
    elif period and period.remaining < 0:
        words = _("Over plan")
    else:
        words = _("On track")
    return words, _tone(row, period, late)
