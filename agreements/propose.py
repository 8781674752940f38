"""Composes a proposal and sends it: from then on its terms are frozen (rules 28 and 33)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements import ladder
from agreements.errors import BadLadder, NotOpen
from agreements.models import Proposal, Tier
from agreements.states import PROPOSAL, ProposalState
from clients import entry
from clients.models import Client, Contact
from clients.pipeline import MOVES, Stage
from core import audit, links, outbox
from core.audit import UNSEEN, Origin
from core.models import Business
from core.states import move


def draft(
    *,
    business: Business,
    client: Client,
    contact: Contact,
    tiers: Sequence[ladder.TierDraft],
    now: datetime,
    **terms: Any,
) -> Proposal:
    """A proposal nobody has seen yet. `terms` are Proposal's own columns. Raises BadLadder."""
    _check(tiers)
    with transaction.atomic():
        proposal = Proposal.objects.create(business=business, client=client, contact=contact, created_at=now, **terms)
        _write_tiers(proposal, tiers, now)
    return proposal


def change(*, proposal: Proposal, tiers: Sequence[ladder.TierDraft], now: datetime, **terms: Any) -> Proposal:
    """Rewrite a draft. What was sent is refused with NotOpen (rule 28)."""
    _check(tiers)
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().filter(pk=proposal.pk, state=ProposalState.DRAFT)
        if not locked.update(**terms):
            raise NotOpen(_("This proposal was sent and is frozen. Make a new one instead."))
        proposal.tiers.all().delete()
        _write_tiers(proposal, tiers, now)
    proposal.refresh_from_db()
    return proposal


def send(*, proposal: Proposal, actor: str, now: datetime, origin: Origin = UNSEEN) -> Proposal:
    """Freeze it, mail the decision maker a link, and record the business's own signature (rule 29)."""
    with transaction.atomic():
        move(proposal, ProposalState.SENT, PROPOSAL, sets={"sent_at": now})
        link = entry.portal_link(contact=proposal.contact, now=now, target=f"proposal:{proposal.id}")
        outbox.write(
            kind="proposal",
            ref=str(proposal.id),
            to=proposal.contact.email,
            template="proposal",
            context={
                "proposal": proposal,
                "contact": proposal.contact,
                "tiers": rungs(proposal),
                "link": links.placeholder("link", link.id),
            },
            language=proposal.language,
            business=proposal.business,
            now=now,
        )
        audit.record(
            business=proposal.business,
            chain_id=proposal.id,
            event="offered",
            actor=actor,
            now=now,
            origin=origin,
        )
        _advance(proposal.client, Stage.PROPOSAL_SENT)
    return proposal


def withdraw(*, proposal: Proposal, actor: str, now: datetime) -> Proposal:
    """Take an open offer back; its link then shows a plain page."""
    with transaction.atomic():
        if hasattr(proposal, "agreement"):
            raise NotOpen(_("The client has picked a tier already."))
        move(proposal, ProposalState.WITHDRAWN, PROPOSAL, sets={"decided_at": now})
        audit.record(business=proposal.business, chain_id=proposal.id, event="withdrawn", actor=actor, now=now)
    return proposal


def expire_due(*, now: datetime, today: date) -> int:
    """Close the offers whose last day is over; the number closed."""
    late = Proposal.objects.filter(state=ProposalState.SENT, expires_on__lt=today, agreement__isnull=True)
    for proposal in late:
        move(proposal, ProposalState.EXPIRED, PROPOSAL, sets={"decided_at": now})
    return len(late)


def opened(*, proposal: Proposal, now: datetime) -> None:
    """Remember when the client first looked at it."""
    Proposal.objects.filter(pk=proposal.pk, opened_at__isnull=True).update(opened_at=now)


def rungs(proposal: Proposal) -> list[Tier]:
    """The tiers of a proposal, lowest first."""
    return list(proposal.tiers.order_by("position"))


def _check(tiers: Sequence[ladder.TierDraft]) -> None:
    words = {
        "none": _("A proposal needs at least one tier."),
        "fee_not_higher": _("Tier %(n)s must cost more than the one below it."),
        "less_time": _("Tier %(n)s contains everything below it, so it cannot include less time."),
        "same_name": _("Tier %(n)s needs a name of its own."),
        "recommend_one": _("Recommend exactly one tier."),
    }
    found = ladder.faults(tiers)
    if found:
        raise BadLadder(" ".join(words[fault.code] % {"n": fault.position} for fault in found))


def _write_tiers(proposal: Proposal, tiers: Sequence[ladder.TierDraft], now: datetime) -> None:
    Tier.objects.bulk_create(
        Tier(
            business=proposal.business,
            proposal=proposal,
            position=position,
            created_at=now,
            **{name: getattr(rung, name) for name in ladder.TierDraft.__dataclass_fields__},
        )
        for position, rung in enumerate(tiers, start=1)
    )


def _advance(client: Client, stage: Stage) -> None:
    """Move the prospect on; a client that was won, or is further along, stays where it is."""
    client.refresh_from_db(fields=["state"])
    if client.state in (Stage.LEAD, Stage.CALL_BOOKED, Stage.LOST):
        move(client, stage, MOVES)
