"""Moves a prospect in the pipeline when it declines a proposal or an agreement (rule 56)."""

from datetime import datetime

from agreements.models import Proposal
from agreements.rules.states import ProposalState
from clients import pipeline


def lose_declined(*, proposal: Proposal, actor: str, reason: str, now: datetime) -> None:
    """Move the client of a declined proposal to "lost", unless another proposal of it is open."""
    client = proposal.client
    others = Proposal.objects.filter(client=client, state=ProposalState.SENT)
    if not others.exclude(pk=proposal.pk).exists():
        pipeline.decline(client=client, actor=actor, words=reason, now=now)
