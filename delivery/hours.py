"""The one answer to "how many hours are left", for every screen, report and past period (rule 26)."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum

from agreements.models import Agreement, Period
from delivery.allowance import PeriodStatement, Policy, Rollover, statement
from delivery.models import TimeEntry


def of_period(period: Period) -> PeriodStatement:
    """A period's statement, as its agreement's ledger gives it."""
    return of_agreements([period.agreement])[period.pk]


def of_agreements(agreements: Iterable[Agreement]) -> dict[UUID, PeriodStatement]:
    """The statement of every period of these agreements, in two queries whatever their number."""
    policies = {row.pk: Policy(Rollover(row.rollover)) for row in agreements}
    used = _used(policies)
    periods: dict[UUID, list[Period]] = defaultdict(list)
    rows = Period.objects.filter(agreement__in=policies).with_granted()
    for period in rows.order_by("agreement_id", "index"):
        periods[period.agreement_id].append(period)
    found: dict[UUID, PeriodStatement] = {}
    for agreement_id, own in periods.items():
        grants = [period.granted for period in own]  # type: ignore[attr-defined]  # annotated
        uses = [used.get(period.pk, 0) for period in own]
        stated = statement(grants, uses, policies[agreement_id])
        found |= {period.pk: line for period, line in zip(own, stated, strict=True)}
    return found


def _used(agreements: Iterable[UUID]) -> dict[UUID, int]:
    rows = TimeEntry.objects.filter(period__agreement__in=list(agreements)).order_by()
    return dict(rows.values_list("period").annotate(total=Sum("minutes")))
