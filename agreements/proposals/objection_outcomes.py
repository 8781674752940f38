"""What became of objections, told by what was signed, declined or lost since; nobody types it."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from agreements.models import Agreement, Proposal
from agreements.rules.states import AgreementState, ProposalState
from agreements.running.expected_fees import favourite
from clients.models import Objection
from clients.rules.objection_statistics import Outcome
from clients.rules.pipeline import Stage

GONE = (ProposalState.DECLINED, ProposalState.EXPIRED)


def on_the_table(offer: Proposal | None) -> str:
    """The tier that an objection is usually about: the recommended one."""
    tier = favourite(list(offer.tiers.all())) if offer else None
    return tier.name if tier else ""


def outcomes(objections: Iterable[Objection]) -> dict[UUID, Outcome]:
    """For each objection, with two questions for all of them. `client` should be fetched with them."""
    rows = list(objections)
    clients = {row.client_id for row in rows}
    signed: dict[UUID, list[Agreement]] = defaultdict(list)
    waiting: set[UUID] = set()
    for agreement in Agreement.objects.filter(client__in=clients).order_by("signed_at"):
        if agreement.signed_at:
            signed[agreement.client_id].append(agreement)
        elif agreement.state == AgreementState.SENT:
            waiting.add(agreement.client_id)
    offers: dict[UUID, list[Proposal]] = defaultdict(list)
    for offer in Proposal.objects.filter(client__in=clients, state__in=(*GONE, ProposalState.SENT)):
        offers[offer.client_id].append(offer)
    return {
        row.pk: _outcome(
            row, signed[row.client_id], offers[row.client_id], row.client_id in waiting
        )
        for row in rows
    }


def _outcome(
    row: Objection, signed: list[Agreement], offers: list[Proposal], waiting: bool
) -> Outcome:
    since = [one for one in signed if one.signed_at and one.signed_at >= row.created_at]
    if since:
        same = not row.tier or since[0].tier["name"] == row.tier
        return Outcome.WON if same else Outcome.OTHER_TIER
    if row.client.state == Stage.LOST and row.client.stage_at >= row.created_at:
        return Outcome.LOST
    if waiting or any(one.state == ProposalState.SENT for one in offers):
        return Outcome.OPEN
    gone = any(one.decided_at and one.decided_at >= row.created_at for one in offers)
    return Outcome.LOST if gone else Outcome.OPEN
