"""The one answer to "how many hours are left", for every screen, report and past moment (rule 26)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from agreements.models import Agreement, Period
from agreements.rules.states import PeriodState
from delivery.models import Adjustment, Overage, TimeEntry
from delivery.rules.allowance import Flow, PeriodStatement, Policy, Rollover, statement
from delivery.rules.states import OverageState


def of_period(period: Period) -> PeriodStatement:
    """A period's statement, as its agreement's ledger gives it."""
    return of_agreements([period.agreement])[period.pk]


def of_agreements(
    agreements: Iterable[Agreement], at: datetime | None = None
) -> dict[UUID, PeriodStatement]:
    """The statement of every period of these agreements, in four queries whatever their number.

    With `at` as it stood at that instant: what was written, corrected, granted or approved later is not in it.
    """
    rows = list(agreements)
    policies, allowed = (
        {row.pk: policy_of(row) for row in rows},
        {row.pk: permitted(row) for row in rows},
    )
    sums = _sums(policies, at)
    periods: dict[UUID, list[Period]] = defaultdict(list)
    found_periods = Period.objects.filter(
        _by("created_at", at), agreement__in=policies
    ).with_granted(at)
    for period in found_periods.order_by("agreement_id", "index"):
        periods[period.agreement_id].append(period)
    found: dict[UUID, PeriodStatement] = {}
    for agreement_id, own in periods.items():
        stated = statement(
            [_flow(period, allowed[agreement_id], sums) for period in own], policies[agreement_id]
        )
        found |= {period.pk: line for period, line in zip(own, stated, strict=True)}
    return found


def policy_of(agreement: Agreement) -> Policy:
    """What its signed terms say about time that is left or was used too much."""
    return Policy(
        Rollover(agreement.rollover), agreement.rollover_percent, agreement.rollover_periods
    )


def permitted(agreement: Agreement) -> int:
    """Minutes beyond the allowance that its terms permit in each period without being asked (rule 27)."""
    return (
        (agreement.terms.get("overage_minutes") or 0)
        if agreement.terms.get("overage_amount")
        else 0
    )


def _flow(period: Period, allowed: int, sums: dict[str, dict[UUID, int]]) -> Flow:
    found = {name: by_period.get(period.pk, 0) for name, by_period in sums.items()}
    found["approved"] += allowed
    granted: int = period.granted  # type: ignore[attr-defined]  # annotated
    return Flow(
        granted=granted, paused=period.state == PeriodState.SKIPPED and not granted, **found
    )


def _sums(agreements: Iterable[UUID], at: datetime | None) -> dict[str, dict[UUID, int]]:
    """Minutes by period: used, corrected, approved beyond."""
    entries = TimeEntry.history.filter(_by("created_at", at), consumes=True)
    entries = (
        entries.filter(Q(voided_at__gt=at) | Q(voided_at=None))
        if at
        else entries.filter(voided_at=None)
    )
    corrections = Adjustment.objects.filter(_by("created_at", at))
    approved = Overage.objects.filter(
        _by("decided_at", at), state=OverageState.APPROVED, by_terms=False
    )
    rows: dict[str, Any] = {"used": entries, "adjusted": corrections, "approved": approved}
    return {name: _by_period(found, agreements) for name, found in rows.items()}


def _by_period(rows: Any, agreements: Iterable[UUID]) -> dict[UUID, int]:
    mine = rows.filter(period__agreement__in=list(agreements)).order_by()
    return dict(mine.values_list("period").annotate(total=Sum("minutes")))


def _by(field: str, at: datetime | None) -> Q:
    return Q(**{f"{field}__lte": at}) if at else Q()
