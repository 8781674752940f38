"""Guaranteed income: the monthly fees of signed retainers, today and in each month before."""

from collections.abc import Iterable
from datetime import date, timedelta

from agreements.models import Agreement
from agreements.rules.intervals import per_month
from agreements.rules.states import AgreementState
from agreements.running import effective_terms
from core.dates import add_months, local_day, months_back
from core.models import Business

RUNNING = (AgreementState.ACTIVE, AgreementState.PAUSED, AgreementState.ENDED)


def monthly_fee(agreement: Agreement, day: date) -> int:
    """Return an agreement's fee per month on a day, in minor units before tax; 0 for a trial.

    A signed change counts from the day on which it applies, also within a period (rule 47).
    """
    return per_month(effective_terms.terms_on(agreement, day).amount, agreement.interval)


def signed_agreements(business: Business) -> list[Agreement]:
    """Return every agreement of the business that was ever signed, also if it has ended."""
    agreements = Agreement.objects.filter(
        business=business, state__in=RUNNING, signed_at__isnull=False
    )
    return effective_terms.load_amendments(agreements.select_related("client"))


def income_by_month(
    agreements: Iterable[Agreement], today: date, months: int = 12
) -> dict[str, list[tuple[date, int]]]:
    """Return, for each currency, the guaranteed income of each of the last `months`, oldest first.

    Each item is the first day of a month and an amount in minor units before tax. Amounts in
    different currencies are never added (rule 13).
    """
    income: dict[str, list[tuple[date, int]]] = {}
    paying = [agreement for agreement in agreements if monthly_fee(agreement, today)]
    for currency in sorted({agreement.currency for agreement in paying}):
        in_currency = [agreement for agreement in paying if agreement.currency == currency]
        income[currency] = [
            (
                first,
                sum(
                    monthly_fee(agreement, _last(first, today))
                    for agreement in in_currency
                    if _ran_in(agreement, first)
                ),
            )
            for first in months_back(today, months)
        ]
    return income


def current_income(agreements: Iterable[Agreement], today: date) -> dict[str, int]:
    """Return, by currency, what signed agreements bring each month, in minor units before tax.

    Agreements that begin after `today` are included, agreements that have ended are not.
    """
    income: dict[str, int] = {}
    for agreement in agreements:
        fee = monthly_fee(agreement, today)
        if (
            agreement.state == AgreementState.ACTIVE
            and (agreement.ends_on is None or agreement.ends_on > today)
            and fee
        ):
            income[agreement.currency] = income.get(agreement.currency, 0) + fee
    return dict(sorted(income.items()))


def next_change(agreements: Iterable[Agreement], today: date) -> tuple[date, dict[str, int]] | None:
    """Return the next day on which signed changes or ends alter the income, and the income then.

    None if nothing that is signed alters it. Load the agreements with `signed_agreements`.
    """
    rows = list(agreements)
    days = {row.ends_on for row in rows if row.ends_on and row.ends_on > today}
    for row in rows:
        days |= {one.effective_on for one in effective_terms.signed_changes(row)}
    now = current_income(rows, today)
    for day in sorted(day for day in days if day > today):
        later = current_income(rows, day)
        if later != now:
            return day, later
    return None


def _last(first: date, today: date) -> date:
    """Return the last day of the month that begins on `first`, or today if that is earlier."""
    return min(today, add_months(first, 1) - timedelta(days=1))


def _ran_in(agreement: Agreement, first: date) -> bool:
    """Whether the agreement was signed and running on a day of the month that begins on `first`."""
    next_month = add_months(first, 1)
    was_signed = (
        agreement.signed_at and local_day(agreement.signed_at, agreement.time_zone) < next_month
    )
    return bool(
        was_signed
        and agreement.starts_on < next_month
        and (not agreement.ends_on or agreement.ends_on > first)
    )
