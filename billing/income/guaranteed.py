"""Guaranteed income: the monthly fees of signed retainers, today and in each month before."""

from collections.abc import Iterable
from datetime import date, timedelta

from agreements.models import Agreement, Amendment
from agreements.rules.intervals import Interval, per_month
from agreements.rules.states import AgreementState
from agreements.running import effective_terms
from core.dates import add_months, local_day, month_of, months_back
from core.models import Business

RUNNING = (AgreementState.ACTIVE, AgreementState.PAUSED, AgreementState.ENDED)

#: What income is computed from, of an agreement and its client.
FIGURES = (
    *("business", "state", "title", "currency", "amount", "minutes", "collect_by", "opens_at"),
    *("interval", "starts_on", "ends_on", "anchor_day", "time_zone", "charge_hour"),
    *("notice_days", "minimum_months", "renews", "term_months", "parked_because", "signed_at"),
    *("client__name", "client__business"),
)


def monthly_fee(agreement: Agreement, day: date) -> int:
    """Return an agreement's fee per month on a day, in minor units before tax; 0 for a trial.

    A signed change counts from the day on which it applies, also within a period (rule 47).
    """
    return per_month(effective_terms.terms_on(agreement, day).amount, agreement.interval)


def signed_agreements(business: Business) -> list[Agreement]:
    """Return every agreement of the business that was ever signed, also if it has ended.

    The texts of what was signed are deferred: a page with all agreements shows none of them.
    """
    signed = Agreement.objects.filter(business=business, state__in=RUNNING, signed_at__isnull=False)
    agreements = list(signed.select_related("client").only(*FIGURES))
    _load_terms(row for row in agreements if row.interval == Interval.ONCE)
    changes = Amendment.objects.filter(business=business, agreement__in=signed)
    return effective_terms.with_amendments(agreements, changes)


def _load_terms(agreements: Iterable[Agreement]) -> None:
    """Load the terms of one-time work, which say whether it is a trial."""
    rows = {row.pk: row for row in agreements}
    if rows:
        for pk, terms in Agreement.objects.filter(pk__in=list(rows)).values_list("pk", "terms"):
            rows[pk].terms = terms


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
        sums = dict.fromkeys(months_back(today, months), 0)
        for agreement in in_currency:
            _add_fees(sums, agreement, today)
        income[currency] = list(sums.items())
    return income


def _add_fees(sums: dict[date, int], agreement: Agreement, today: date) -> None:
    """Add an agreement's monthly fee to each month, by its first day, in which it ran."""
    if not agreement.signed_at:
        return
    signed_on = local_day(agreement.signed_at, agreement.time_zone)
    began = month_of(max(signed_on, agreement.starts_on))
    is_steady = not effective_terms.signed_changes(agreement)
    fee = monthly_fee(agreement, today)
    for first in sums:
        if began <= first and (not agreement.ends_on or agreement.ends_on > first):
            sums[first] += fee if is_steady else monthly_fee(agreement, _last(first, today))


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
