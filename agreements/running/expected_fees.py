"""The monthly fee of a client: signed, or expected by the newest proposal or an estimate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from agreements.models import Agreement, Proposal, Tier
from agreements.rules.intervals import per_month
from agreements.rules.states import AgreementState, ProposalState
from agreements.running import effective_terms
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


def fees_by_client(clients: Iterable[Client], today: date) -> dict[UUID, ExpectedFee]:
    """The expected fee of each client by its id; the number of queries does not grow with them.

    Who has signed counts with what was signed, as it is on the day `today`. Clients without an
    agreement, a proposal and an estimate are left out, and so are sample clients.
    """
    clients = [row for row in clients if not row.is_sample]
    fees = {
        row.pk: ExpectedFee(row.expected_amount, row.expected_currency)
        for row in clients
        if row.expected_amount
    }
    ids = [row.pk for row in clients]
    open_or_won = (ProposalState.SENT, ProposalState.ACCEPTED)
    proposals = Proposal.objects.filter(client__in=ids, state__in=open_or_won).prefetch_related(
        "tiers", "agreements"
    )
    for proposal in proposals.order_by(
        "created_at", "pk"
    ):  # the newest is last and overwrites the rest
        if fee := monthly_fee(proposal):
            fees[proposal.client_id] = ExpectedFee(fee, proposal.currency, proposal)
    return fees | _signed_fees(ids, today)


def sums(clients: Iterable[Client], today: date) -> dict[UUID, tuple[int, str]]:
    """The expected fee of each client as (minor units, currency), to sort them by."""
    fees = fees_by_client(clients, today)
    return {pk: (fee.amount, fee.currency) for pk, fee in fees.items()}


def _signed_fees(clients: Iterable[UUID], today: date) -> dict[UUID, ExpectedFee]:
    """What clients pay each month by their running agreements, signed changes included.

    A client who pays in several currencies is given with the one of the newest agreement.
    """
    running = Agreement.objects.filter(client__in=list(clients), state=AgreementState.ACTIVE)
    rows = running.select_related("proposal").order_by("signed_at", "pk")
    fees: dict[UUID, ExpectedFee] = {}
    for row in effective_terms.load_amendments(rows):
        if row.ends_on and row.ends_on <= today:
            continue
        fee = per_month(effective_terms.terms_on(row, today).amount, row.interval)
        had = fees.get(row.client_id)
        before = had.amount if had and had.currency == row.currency else 0
        if fee:
            fees[row.client_id] = ExpectedFee(before + fee, row.currency, row.proposal)
    return fees


def monthly_fee(proposal: Proposal) -> int:
    """The fee for one month, in minor units; 0 for one-time work.

    It is that of the tier that the client picked, and before that of the recommended tier.
    """
    if agreement := proposal.agreement:
        return per_month(agreement.amount, agreement.interval)
    tier = recommended_tier(list(proposal.tiers.all()))
    return per_month(tier.amount, proposal.interval) if tier else 0


def fee_of(proposal: Proposal) -> int:
    """The fee of one period, in minor units: of the tier that was picked, or the recommended one.

    It is 0 for a draft without tiers. Load the proposal with its tiers and agreements.
    """
    if agreement := proposal.agreement:
        return agreement.amount
    tier = recommended_tier(list(proposal.tiers.all()))
    return tier.amount if tier else 0


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
