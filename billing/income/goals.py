"""The business's goal for the year beside what was received, is owed and is likely (rule 65)."""

from datetime import date

from agreements.models import Proposal
from agreements.rules.intervals import Interval, per_month
from agreements.rules.states import ProposalState
from billing.income.expected import Income
from billing.rules.certainty import BY_CONTRACT
from billing.rules.goal import Goal
from core.models import Business


def goal_of(business: Business, whole: Income, today: date) -> Goal | None:
    """Return the goal of this year; None where none was entered. What is overdue counts today.

    `whole` is the income of all currencies in the own one (billing.income.overall).
    """
    if not business.yearly_goal:
        return None
    rows = [one for one in whole.expected if one.on <= date(today.year, 12, 31)]
    secured = sum(one.amount for one in rows if one.certainty in BY_CONTRACT)
    return Goal(
        year=today.year,
        amount=business.yearly_goal,
        received=whole.received,
        secured=secured,
        likely=sum(one.amount for one in rows) - secured,
    )


def newest_tiers(business: Business) -> list[tuple[str, int]]:
    """Return names and monthly fees of the tiers that were offered last in the own currency."""
    proposals = Proposal.objects.filter(
        business=business,
        currency=business.currency,
        state__in=(ProposalState.SENT, ProposalState.ACCEPTED, ProposalState.DECLINED),
    ).exclude(interval=Interval.ONCE)
    newest = proposals.order_by("-created_at", "-pk").prefetch_related("tiers").first()
    if newest is None:
        return []
    return [(tier.name, per_month(tier.amount, newest.interval)) for tier in newest.tiers.all()]
