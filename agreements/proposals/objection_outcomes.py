"""Derives the outcomes of objections from what was signed, declined or lost afterwards."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from agreements.models import Agreement, Proposal
from agreements.rules.states import AgreementState, ProposalState
from agreements.running.expected_fees import recommended_tier
from clients.models import Objection
from clients.rules.objection_statistics import Outcome
from clients.rules.pipeline import Stage

#: Unsuccessful states of a proposal.
UNSUCCESSFUL = (ProposalState.DECLINED, ProposalState.EXPIRED)


def discussed_tier_name(proposal: Proposal | None) -> str:
    """The name of the tier that an objection is usually about: the recommended one, or ""."""
    tier = recommended_tier(list(proposal.tiers.all())) if proposal else None
    return tier.name if tier else ""


def outcomes(objections: Iterable[Objection]) -> dict[UUID, Outcome]:
    """The outcome of each objection by its id, with two queries for all of them.

    The objections should be loaded with `select_related("client")`.
    """
    rows = list(objections)
    clients = {row.client_id for row in rows}
    signed: dict[UUID, list[Agreement]] = defaultdict(list)
    waiting: set[UUID] = set()  # clients who have picked a tier and have not signed yet
    for agreement in Agreement.objects.filter(client__in=clients).order_by("signed_at"):
        if agreement.signed_at:
            signed[agreement.client_id].append(agreement)
        elif agreement.state == AgreementState.SENT:
            waiting.add(agreement.client_id)
    proposals: dict[UUID, list[Proposal]] = defaultdict(list)
    for proposal in Proposal.objects.filter(
        client__in=clients, state__in=(*UNSUCCESSFUL, ProposalState.SENT)
    ):
        proposals[proposal.client_id].append(proposal)
    return {
        row.pk: _outcome(
            row, signed[row.client_id], proposals[row.client_id], row.client_id in waiting
        )
        for row in rows
    }


def _outcome(
    objection: Objection, signed: list[Agreement], proposals: list[Proposal], waiting: bool
) -> Outcome:
    """The outcome of one objection, from what happened after it was raised."""
    signed_since = [
        agreement
        for agreement in signed
        if agreement.signed_at and agreement.signed_at >= objection.created_at
    ]
    if signed_since:
        is_same_tier = not objection.tier or signed_since[0].tier["name"] == objection.tier
        return Outcome.WON if is_same_tier else Outcome.OTHER_TIER
    if objection.client.state == Stage.LOST and objection.client.stage_at >= objection.created_at:
        return Outcome.LOST
    if waiting or any(proposal.state == ProposalState.SENT for proposal in proposals):
        return Outcome.OPEN
    is_declined = any(
        proposal.decided_at and proposal.decided_at >= objection.created_at
        for proposal in proposals
    )
    return Outcome.LOST if is_declined else Outcome.OPEN
