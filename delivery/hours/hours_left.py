"""Answers "how many hours are left", for every screen, report and past moment alike (rule 26)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from agreements.models import Agreement, Period
from agreements.rules.states import PeriodState
from agreements.rules.terms import Rollover
from delivery.models import Adjustment, Overage, TimeEntry
from delivery.rules.allowance import Flow, PeriodStatement, Policy, statement
from delivery.rules.states import OverageState


def statement_of(period: Period) -> PeriodStatement:
    """Return the statement of a period, from its agreement's ledger."""
    return statements_of([period.agreement])[period.pk]


def statements_of(
    agreements: Iterable[Agreement], at: datetime | None = None
) -> dict[UUID, PeriodStatement]:
    """Return the statement of every period of these agreements, by the period's id.

    Takes one query, however many agreements there are. With `at` the statements read as at that
    instant: what was written, corrected, granted or approved later is left out.
    """
    agreement_list = list(agreements)
    policies = {agreement.pk: rollover_policy(agreement) for agreement in agreement_list}
    permitted_minutes = {agreement.pk: permitted_overage(agreement) for agreement in agreement_list}
    periods: dict[UUID, list[Period]] = defaultdict(list)
    all_periods = Period.objects.filter(_not_after("created_at", at), agreement__in=policies)
    all_periods = all_periods.with_granted(at).annotate(**_sums(at))
    for period in all_periods.order_by("agreement_id", "index"):
        periods[period.agreement_id].append(period)
    statements: dict[UUID, PeriodStatement] = {}
    for agreement_id, own_periods in periods.items():
        own_statements = statement(
            [_flow(period, permitted_minutes[agreement_id]) for period in own_periods],
            policies[agreement_id],
        )
        statements |= {
            period.pk: period_statement
            for period, period_statement in zip(own_periods, own_statements, strict=True)
        }
    return statements


def rollover_policy(agreement: Agreement) -> Policy:
    """Return the rollover terms of an agreement."""
    return Policy(
        Rollover(agreement.rollover), agreement.rollover_percent, agreement.rollover_periods
    )


def kept_at_most(agreement: Agreement, granted: int) -> int:
    """Return how many of the granted minutes may carry over into the next period."""
    policy = rollover_policy(agreement)
    return 0 if policy.rollover == Rollover.NONE else granted * policy.cap_percent // 100


def permitted_overage(agreement: Agreement) -> int:
    """Return the minutes beyond the allowance that the terms permit in each period.

    These need no further approval (rule 27); 0 where the terms permit none.
    """
    return (
        (agreement.terms.get("overage_minutes") or 0)
        if agreement.terms.get("overage_amount")
        else 0
    )


def _flow(period: Any, allowed: int) -> Flow:
    """Return what came into an annotated period and was used in it."""
    return Flow(
        granted=period.granted,
        used=period.used,
        adjusted=period.adjusted,
        approved=period.approved + allowed,
        paused=period.state == PeriodState.SKIPPED and not period.granted,
    )


def _sums(at: datetime | None) -> dict[str, Coalesce]:
    """Return each period's used and adjusted minutes, and those approved beyond the allowance."""
    entries = TimeEntry.history.filter(_not_after("created_at", at), consumes=True)
    # An entry that was voided after `at` still counted then.
    entries = (
        entries.filter(Q(voided_at__gt=at) | Q(voided_at=None))
        if at
        else entries.filter(voided_at=None)
    )
    adjustments = Adjustment.objects.filter(_not_after("created_at", at))
    approved = Overage.objects.filter(
        _not_after("decided_at", at), state=OverageState.APPROVED, by_terms=False
    )
    rows: dict[str, Any] = {"used": entries, "adjusted": adjustments, "approved": approved}
    return {name: sum_of(queryset) for name, queryset in rows.items()}


def sum_of(rows: QuerySet[Any]) -> Coalesce:
    """Return the sum of the minutes of a period's rows, for a query of periods."""
    own_rows = rows.filter(period=OuterRef("pk")).order_by().values("period")
    return Coalesce(Subquery(own_rows.annotate(sum=Sum("minutes")).values("sum")), 0)


def _not_after(field: str, at: datetime | None) -> Q:
    """Return the condition that `field` is not later than `at`; no condition without `at`."""
    return Q(**{f"{field}__lte": at}) if at else Q()
