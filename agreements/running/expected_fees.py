"""The monthly fee expected from a prospect: its newest proposal's, or the freelancer's estimate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from agreements.models import Proposal, Tier
from agreements.rules.intervals import per_month
from agreements.rules.states import ProposalState
from clients.models import Client
from clients.rules.pipeline import ODDS, Stage, weighted


@dataclass(frozen=True)
class ExpectedFee:
    """An expected fee a month, in minor units of `currency`.

    `proposal` is the proposal that it comes from; None for the freelancer's estimate.
    """

    amount: int
    currency: str
    proposal: Proposal | None = None


def fees_by_client(clients: Iterable[Client]) -> dict[UUID, ExpectedFee]:
    """The expected fee of each client by its id, with two queries for all of them.

    Clients without a proposal and without an estimate are left out.
    """
    fees = {
        row.pk: ExpectedFee(row.expected_amount, row.expected_currency)
        for row in clients
        if row.expected_amount
    }
    ids = [row.pk for row in clients]
    open_or_won = (ProposalState.SENT, ProposalState.ACCEPTED)
    proposals = Proposal.objects.filter(client__in=ids, state__in=open_or_won).prefetch_related(
        "tiers"
    )
    for proposal in proposals.order_by(
        "created_at", "pk"
    ):  # the newest is last and overwrites the rest
        if fee := monthly_fee(proposal):
            fees[proposal.client_id] = ExpectedFee(fee, proposal.currency, proposal)
    return fees


def monthly_fee(proposal: Proposal) -> int:
    """The fee of the recommended tier for one month, in minor units; 0 for one-time work."""
    tier = recommended_tier(list(proposal.tiers.all()))
    return per_month(tier.amount, proposal.interval) if tier else 0


def recommended_tier(tiers: list[Tier]) -> Tier | None:
    """The recommended tier, or else the first; None where there is none."""
    return next((tier for tier in tiers if tier.is_recommended), tiers[0] if tiers else None)


def weighted_totals(clients: Iterable[Client], fees: dict[UUID, ExpectedFee]) -> dict[str, int]:
    """The weighted monthly total of the open prospects by currency, in minor units (rule 13).

    `fees` are those of `expected`; each is weighted by the chance of the client's stage.
    """
    by_currency: dict[str, list[tuple[Stage, int]]] = defaultdict(list)
    for row in clients:
        if row.pk in fees and row.state in ODDS:
            by_currency[fees[row.pk].currency].append((Stage(row.state), fees[row.pk].amount))
    return {currency: weighted(rows) for currency, rows in sorted(by_currency.items())}
