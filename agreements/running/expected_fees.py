"""What a prospect is expected to bring each month: by its newest open offer, else as the freelancer guessed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from agreements.models import Proposal, Tier
from agreements.rules.schedule import MONTHS, Interval
from agreements.rules.states import ProposalState
from clients.models import Client
from clients.rules.pipeline import ODDS, Stage, weighted
from core.money import round_half_up


@dataclass(frozen=True)
class Expected:
    """A fee in minor units of `currency` a month; `proposal` is the offer that says so, if one does."""

    amount: int
    currency: str
    proposal: Proposal | None = None


def expected(clients: Iterable[Client]) -> dict[UUID, Expected]:
    """For each of these clients about whom something is known; two questions for all of them."""
    found = {
        row.pk: Expected(row.expected_amount, row.expected_currency)
        for row in clients
        if row.expected_amount
    }
    ids = [row.pk for row in clients]
    open_or_won = (ProposalState.SENT, ProposalState.ACCEPTED)
    offers = Proposal.objects.filter(client__in=ids, state__in=open_or_won).prefetch_related(
        "tiers"
    )
    for offer in offers.order_by("created_at", "pk"):  # the newest comes last and stays
        if fee := monthly(offer):
            found[offer.client_id] = Expected(fee, offer.currency, offer)
    return found


def monthly(offer: Proposal) -> int:
    """Its recommended tier's fee for one month, rounded once; 0 for what is paid once."""
    tier = favourite(list(offer.tiers.all()))
    months = MONTHS.get(Interval(offer.interval), 0)
    return round_half_up(Fraction(tier.amount, months)) if tier and months else 0


def favourite(tiers: list[Tier]) -> Tier | None:
    """The recommended tier, or the only one."""
    return next((tier for tier in tiers if tier.is_recommended), tiers[0] if tiers else None)


def worth(clients: Iterable[Client], fees: dict[UUID, Expected]) -> dict[str, int]:
    """The weighted monthly total of the open prospects, one for each currency (rule 13)."""
    by_currency: dict[str, list[tuple[Stage, int]]] = defaultdict(list)
    for row in clients:
        if row.pk in fees and row.state in ODDS:
            by_currency[fees[row.pk].currency].append((Stage(row.state), fees[row.pk].amount))
    return {currency: weighted(rows) for currency, rows in sorted(by_currency.items())}
