"""Guaranteed income: what signed retainers bring every month, now and in each of the months before."""

from collections.abc import Iterable
from datetime import date, timedelta

from agreements.models import Agreement
from agreements.rules.schedule import MONTHS, Interval
from agreements.rules.states import AgreementState
from agreements.running import effective_terms
from core.dates import add_months, local_day, months_back
from core.models import Business
from core.money import prorate

RUNNING = (AgreementState.ACTIVE, AgreementState.PAUSED, AgreementState.ENDED)


def monthly(agreement: Agreement, day: date) -> int:
    """What an agreement brings in a month by what a period that begins that day is billed; a trial brings none.

    Minor units before tax.
    """
    months = MONTHS.get(Interval(agreement.interval))
    return prorate(effective_terms.billed_on(agreement, day).amount, 1, months) if months else 0


def signed(business: Business) -> list[Agreement]:
    """Every agreement of the business that was ever signed."""
    found = Agreement.objects.filter(business=business, state__in=RUNNING, signed_at__isnull=False)
    return effective_terms.load(found.select_related("client"))


def by_month(
    agreements: Iterable[Agreement], today: date, months: int = 12
) -> dict[str, list[tuple[date, int]]]:
    """Per currency, what was guaranteed in each of the last months, oldest first. Currencies are never added."""
    found: dict[str, list[tuple[date, int]]] = {}
    rows = [row for row in agreements if monthly(row, today)]
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in rows if row.currency == currency]
        found[currency] = [
            (first, sum(monthly(row, _last(first, today)) for row in own if _ran_in(row, first)))
            for first in months_back(today, months)
        ]
    return found


def guaranteed(agreements: Iterable[Agreement], today: date) -> dict[str, int]:
    """Per currency, what the agreements that run today, or are signed and begin later, bring every month."""
    found: dict[str, int] = {}
    for row in agreements:
        brings = monthly(row, today)
        if (
            row.state == AgreementState.ACTIVE
            and (row.ends_on is None or row.ends_on > today)
            and brings
        ):
            found[row.currency] = found.get(row.currency, 0) + brings
    return dict(sorted(found.items()))


def _last(first: date, today: date) -> date:
    """The last day of the month that begins on `first`, as far as it has come."""
    return min(today, add_months(first, 1) - timedelta(days=1))


def _ran_in(agreement: Agreement, first: date) -> bool:
    """Whether it was signed and running at some day of the month that begins on `first`."""
    after = add_months(first, 1)
    was_signed = agreement.signed_at and local_day(agreement.signed_at, agreement.time_zone) < after
    return bool(
        was_signed
        and agreement.starts_on < after
        and (not agreement.ends_on or agreement.ends_on > first)
    )
