"""Writes, sends, withdraws and expires proposals. Sending freezes their terms (rules 28 and 33)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import owner_emails, worded_emails
from agreements.contract import exclusivity, wording
from agreements.contract import frozen_terms as frozen
from agreements.models import Agreement, Proposal, ProposalTyping, Tier
from agreements.proposals import opening_message, snapshot
from agreements.proposals.drafting import draft_rules
from agreements.proposals.page import section_pictures
from agreements.rules import cumulative_tiers
from agreements.rules.errors import BadWording, NotOpen
from agreements.rules.states import PICKED_STATES, PROPOSAL, ProposalState
from clients import pipeline, portal_links, sample_rules
from clients.models import Client, Contact
from clients.rules.pipeline import Stage
from core import audit, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day
from core.digest import digest
from core.errors import RuleError
from core.jobs import batches
from core.jobs.set_aside import Step
from core.models import Business
from core.outbox import emails
from core.web.tab_saves import ChangedElsewhere

EXPIRE = Step(
    "expire_proposals",
    "agreements.tasks.seal_signed",
    gettext_lazy("Close the expired proposal"),
    Proposal,
    title="client__name",
    page=("proposal", "pk"),
)
MANY_TO_MANY = ("cosigners", "testimonials")  # many-to-many fields of a proposal
#: Fields of a proposal that the rules of a draft are about, beside its tiers.
RULED = (
    "currency",
    "interval",
    "kind",
    "template",
    "renews",
    "starts_on",
    "ends_on",
    "trial_measure",
    "value_adds",
    "extras",
)


def draft_proposal(
    *,
    business: Business,
    client: Client,
    contact: Contact,
    tiers: Sequence[cumulative_tiers.TierDraft],
    now: datetime,
    **terms: Any,
) -> Proposal:
    """Create a draft proposal, which the client cannot see yet. `terms` are fields of Proposal.

    Raises NotCumulative, BadExtra, BadTrial, BadWording and BelowRateFloor.
    """
    draft_rules.require_complete(business=business, tiers=tiers, terms=terms)
    return create_draft(
        business=business, client=client, contact=contact, tiers=tiers, now=now, **terms
    )


def change_draft(
    *, proposal: Proposal, tiers: Sequence[cumulative_tiers.TierDraft], now: datetime, **terms: Any
) -> Proposal:
    """Rewrite a draft proposal and its tiers. `terms` are the fields of Proposal to change.

    Raises NotOpen where the proposal was sent (rule 28), and the errors of `draft_proposal`.
    """
    draft_rules.require_complete(business=proposal.business, tiers=tiers, terms=terms)
    return rewrite_draft(proposal=proposal, tiers=tiers, now=now, **terms)


def create_draft(
    *,
    business: Business,
    client: Client,
    contact: Contact,
    tiers: Sequence[cumulative_tiers.TierDraft],
    now: datetime,
    **terms: Any,
) -> Proposal:
    """Create a draft that may be incomplete: it cannot be sent before it keeps the rules."""
    terms = _with_pictures_kept(terms)
    with transaction.atomic():
        many = {name: terms.pop(name, ()) for name in MANY_TO_MANY}
        proposal = Proposal.objects.create(
            business=business, client=client, contact=contact, created_at=now, **terms
        )
        for name, rows in many.items():
            getattr(proposal, name).set(rows)
        _write_tiers(proposal, tiers, now)
    return proposal


def rewrite_draft(
    *,
    proposal: Proposal,
    tiers: Sequence[cumulative_tiers.TierDraft] | None,
    now: datetime,
    **terms: Any,
) -> Proposal:
    """Rewrite a draft, which may be incomplete; the tiers stay where they are None.

    Raises NotOpen where the proposal was sent (rule 28).
    """
    terms = _with_pictures_kept(terms)
    with transaction.atomic():
        many = {name: terms.pop(name) for name in MANY_TO_MANY if name in terms}
        locked = Proposal.objects.select_for_update().filter(
            pk=proposal.pk, state=ProposalState.DRAFT
        )
        if not locked.update(**terms):
            raise NotOpen(_("This proposal was sent and is frozen. Make a new one instead."))
        for name, rows in many.items():
            getattr(proposal, name).set(rows)
        stored = [content_of(tier) for tier in tiers_of(proposal)]
        if tiers is not None and [content_of(tier) for tier in tiers] != stored:
            proposal.tiers.all().delete()
            _write_tiers(proposal, tiers, now)
    proposal.refresh_from_db()
    return proposal


def send_proposal(
    *,
    proposal: Proposal,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
    has_consent: bool = False,
    seen: int | None = None,
) -> Proposal:
    """Freeze a draft proposal, email it to the decision maker, and record the sending (rule 29).

    Sending counts as the signature of the business unless it countersigns. `has_consent` says that
    a client whose agreement excludes this one has agreed. `seen` is the revision that the sender
    looked at. Raises ChangedElsewhere where it was changed since, Excluded, BadWording where the
    draft breaks a rule, or its opening message or the agreement text of any tier cannot be sent,
    NotOpen where a tier of the previous version was picked, NotAllowedNow where the proposal was
    sent already, and SampleClient.
    """
    sample_rules.refuse(proposal.client)
    with transaction.atomic():
        lock(proposal)  # from here on nobody types in it
        proposal.refresh_from_db()
        if seen is not None and proposal.is_draft and seen != proposal.revision:
            raise ChangedElsewhere(
                _("The proposal was changed in another tab. Read it again before you send it.")
            )
        text, reasons = wording.clause_source(proposal), faults(proposal)
        if reasons and proposal.state == ProposalState.DRAFT:
            raise BadWording(" ".join(reasons[:5]))
        exclusivity.require_consent(
            proposal=proposal, has_consent=has_consent, actor=actor, now=now, origin=origin
        )
        _replace_previous(proposal, now)
        intro = opening_message.filled_message(proposal)
        taken = snapshot.take(proposal, text=text, intro=intro)
        sets = {"sent_at": now, "text": text, "intro": intro, "snapshot": taken}
        sets["snapshot_hash"] = digest(taken)
        move(proposal, ProposalState.SENT, PROPOSAL, sets=sets)
        proposal.tiers.update(is_frozen=True)
        # Its tab is still known: a save that is under way finds the proposal, and begins no other.
        ProposalTyping.objects.filter(proposal=proposal).update(typed={}, pictures={})
        email_proposal(proposal, kind="proposal", ref=str(proposal.id), now=now)
        audit.record(
            business=proposal.business,
            chain_id=proposal.id,
            event="offered",
            actor=actor,
            now=now,
            origin=origin,
            data={"snapshot": proposal.snapshot_hash},
        )
        pipeline.reach(client=proposal.client, to=Stage.PROPOSAL_SENT, actor=actor, now=now)
    return proposal


def email_proposal(
    proposal: Proposal,
    *,
    kind: str,
    ref: str,
    now: datetime,
    to: Contact | None = None,
    forwarded_by: str = "",
) -> None:
    """Email the proposal with a link to its decision maker, or to the contact `to`.

    `forwarded_by` is the name of the person who asked for that.
    """
    contact = to or proposal.contact.who_reads
    link = portal_links.portal_link(contact=contact, now=now, target=f"proposal:{proposal.id}")
    emails.write(
        kind=kind,
        ref=ref,
        to=contact.email,
        template="proposal",
        context={
            "proposal": proposal,
            "contact": contact,
            "forwarded_by": forwarded_by,
            "intro": opening_message.filled_message(proposal),
            "tiers": tiers_of(proposal),
            "link": links.placeholder("link", link.id),
        },
        language=proposal.language,
        business=proposal.business,
        worded="proposal",
        values=worded_emails.proposal_values(proposal, contact),
        now=now,
    )


def faults(proposal: Proposal) -> list[str]:
    """Every reason why a draft cannot be sent, as sentences.

    They come from the form that was typed, the rules, the opening message and the agreement texts.
    """
    return [
        *_unread(proposal),
        *_unseen(proposal),
        *opening_message.faults(proposal),
        *frozen.faults(proposal, wording.clause_source(proposal)["pairs"]),
    ]


def _unread(proposal: Proposal) -> list[str]:
    """Why a draft is incomplete: a rule that it breaks, or a field that cannot be read."""
    terms = {name: getattr(proposal, name) for name in RULED}
    tiers = [cumulative_tiers.TierDraft(**content_of(tier)) for tier in tiers_of(proposal)]
    try:
        draft_rules.require_complete(business=proposal.business, tiers=tiers, terms=terms)
    except RuleError as error:
        return [str(error)]
    if proposal.has_unread:
        return [_("A field of this proposal cannot be read. “Edit” shows which one.")]
    return []


def _unseen(proposal: Proposal) -> list[str]:
    """Why the person to whom a draft is addressed could not read it (rule 78)."""
    if not proposal.contact.is_without_money:
        return []
    sentence = _("%(name)s does not see prices. Choose somebody else, or show them to this person.")
    return [sentence % {"name": proposal.contact.name}]


def _replace_previous(proposal: Proposal, now: datetime) -> None:
    """Close the version before this one. Raises NotOpen where a tier of it was picked."""
    if proposal.revises is None:
        return
    previous = lock(proposal.revises)
    if is_picked(previous):
        raise NotOpen(_("The client has picked a tier of the version before this one."))
    if previous.state in (ProposalState.SENT, ProposalState.EXPIRED):
        move(previous, ProposalState.REPLACED, PROPOSAL, sets={"decided_at": now})


def withdraw_proposal(*, proposal: Proposal, actor: str, now: datetime) -> Proposal:
    """Withdraw an open proposal, so that its link no longer shows it.

    Raises NotOpen where a tier was picked, and NotAllowedNow where the proposal is not open.
    """
    with transaction.atomic():
        if is_picked(lock(proposal)):
            raise NotOpen(_("The client has picked a tier already."))
        move(proposal, ProposalState.WITHDRAWN, PROPOSAL, sets={"decided_at": now})
        audit.record(
            business=proposal.business,
            chain_id=proposal.id,
            event="withdrawn",
            actor=actor,
            now=now,
        )
    return proposal


def expire_due(*, now: datetime) -> int:
    """Expire the proposals whose last day is over in the client's time zone; returns how many."""
    ends = Q(expires_on__isnull=False) | Q(ends_on__isnull=False)
    waiting = Proposal.objects.not_picked().filter(ends, state=ProposalState.SENT)
    rows = waiting.select_related("client").order_by("pk")
    return batches.run_rows(EXPIRE, rows, lambda row: _expire(row, now), now=now)


def _expire(proposal: Proposal, now: datetime) -> int:
    """Expire a proposal whose last day is over; 1 if it was."""
    if not is_past_last_day(proposal, now):
        return 0
    with transaction.atomic():
        locked = lock(proposal)
        if locked.state != ProposalState.SENT or is_picked(locked):
            return 0  # the client has answered in the meantime
        move(locked, ProposalState.EXPIRED, PROPOSAL, sets={"decided_at": now})
        owner_emails.tell_expired(locked, now)
    return 1


def is_past_last_day(proposal: Proposal, now: datetime) -> bool:
    """Whether the last day to accept the proposal has passed in the client's time zone.

    That is `expires_on`, or the last day on which the agreement could start, whichever is earlier.
    """
    last_start = proposal.ends_on - timedelta(days=1) if proposal.ends_on else None
    last = min((day for day in (proposal.expires_on, last_start) if day), default=date.max)
    return local_day(now, proposal.client.time_zone) > last


def lock(proposal: Proposal) -> Proposal:
    """Lock the proposal until the transaction ends, and return it as it is now.

    Whatever changes a proposal takes this lock first, so that picking, declining, withdrawing and
    expiring it cannot happen at the same time.
    """
    return Proposal.objects.select_for_update().get(pk=proposal.pk)


def is_picked(proposal: Proposal) -> bool:
    """Whether a tier is picked: its agreement waits for signatures or is signed."""
    return Agreement.objects.filter(proposal=proposal, state__in=PICKED_STATES).exists()


def tiers_of(proposal: Proposal) -> list[Tier]:
    """The tiers of a proposal, lowest first; those that were loaded with it, if they were."""
    return sorted(proposal.tiers.all(), key=lambda tier: tier.position)


def _with_pictures_kept(terms: dict[str, Any]) -> dict[str, Any]:
    """The terms with the pictures of their sections stored, where they have sections."""
    if "sections" not in terms:
        return dict(terms)
    return {**terms, "sections": section_pictures.with_pictures_kept(terms["sections"])}


def _write_tiers(
    proposal: Proposal, tiers: Sequence[cumulative_tiers.TierDraft], now: datetime
) -> None:
    recommended = next((place for place, tier in enumerate(tiers) if tier.is_recommended), None)
    Tier.objects.bulk_create(
        Tier(
            business=proposal.business,
            proposal=proposal,
            position=place + 1,
            created_at=now,
            # A draft may recommend two until it is complete; one is all that a row can hold.
            **{**content_of(tier), "is_recommended": place == recommended},
        )
        for place, tier in enumerate(tiers)
    )


def content_of(tier: cumulative_tiers.TierDraft | Tier) -> dict[str, Any]:
    """What a tier says, by field."""
    return {name: getattr(tier, name) for name in cumulative_tiers.TierDraft.__dataclass_fields__}
