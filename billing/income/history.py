"""How the monthly income moved in each month: new, upgraded, downgraded, paused, lost (rule 61)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from agreements.models import Agreement, Pause
from billing.income.guaranteed import monthly_fee
from billing.rules.certainty import Movement, movement
from core.dates import add_months, local_day, months_back


def movements(
    agreements: Iterable[Agreement], today: date, months: int = 12
) -> dict[str, list[Movement]]:
    """The movements of the last `months` months, oldest first, by currency.

    The running month counts up to today. Months before the first income are left out. Load the
    agreements with `guaranteed.signed_agreements`.
    """
    by_currency: dict[str, list[Agreement]] = defaultdict(list)
    for row in agreements:
        by_currency[row.currency].append(row)
    pauses = Pause.objects.by_agreement(row.pk for rows in by_currency.values() for row in rows)
    found = {
        currency: _of_one_currency(rows, pauses, today, months)
        for currency, rows in sorted(by_currency.items())
    }
    return {currency: rows for currency, rows in found.items() if rows}


def _of_one_currency(
    rows: Sequence[Agreement], pauses: dict[UUID, list[Pause]], today: date, months: int
) -> list[Movement]:
    firsts = months_back(today, months)
    before, _paused = _standing(rows, pauses, firsts[0] - timedelta(days=1))
    found: list[Movement] = []
    for first in firsts:
        last = min(today, add_months(first, 1) - timedelta(days=1))
        after, paused = _standing(rows, pauses, last)
        one = movement(first, before, after, paused)
        if found or one.began or one.ended:
            found.append(one)
        before = after
    return found


def _standing(
    rows: Iterable[Agreement], pauses: dict[UUID, list[Pause]], day: date
) -> tuple[dict[object, int], frozenset[object]]:
    """The monthly fees of the agreements that run on a day, and those that are paused on it."""
    running = [row for row in rows if _runs(row, day)]
    paused = frozenset(
        row.pk for row in running if any(pause.covers(day) for pause in pauses.get(row.pk, []))
    )
    fees = {row.pk: monthly_fee(row, day) for row in running if row.pk not in paused}
    return {pk: fee for pk, fee in fees.items() if fee}, paused


def _runs(agreement: Agreement, day: date) -> bool:
    signed_at = agreement.signed_at
    return bool(
        signed_at
        and local_day(signed_at, agreement.time_zone) <= day
        and agreement.starts_on <= day
        and (agreement.ends_on is None or agreement.ends_on > day)
    )
