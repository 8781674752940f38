"""The client picks a tier of a proposal, which creates the agreement to sign, or declines it.

Until somebody has signed, another tier can be picked: its agreement takes the place of the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements import owner_emails
from agreements.contract import frozen_terms
from agreements.models import Agreement, Proposal, Tier
from agreements.models.field_lists import AGREEMENT_FIELDS
from agreements.proposals import capacity, client_actions
from agreements.proposals.lifecycle import is_past_last_day, is_picked, lock
from agreements.rules.errors import AlreadyPicked, NotOpen
from agreements.rules.extras import Extra, chosen
from agreements.rules.intervals import Interval, completed
from agreements.rules.states import (
    AGREEMENT,
    PICKED_STATES,
    PROPOSAL,
    AgreementState,
    ProposalState,
)
from agreements.rules.terms import Renews
from agreements.running import lost_sales
from agreements.signing import agreement_pdf, held_back, signers
from agreements.signing.unsigned_documents import SIGN_WITHIN
from clients.models import Contact
from core import audit
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day, whole_months
from core.documents import store
from core.models.document import DocumentKind


@dataclass(frozen=True)
class Choice:
    """What a client picks: a tier, with the extras that they add."""

    tier: Tier
    extras: Sequence[Extra] = ()

    def is_of(self, agreement: Agreement) -> bool:
        """Whether the agreement is of this very choice."""
        keys = {row["key"] for row in agreement.tier.get("extras", [])}
        is_same_tier = agreement.tier["id"] == str(self.tier.pk)
        return is_same_tier and keys == {row["key"] for row in self.extras}


def accept_proposal(
    *,
    proposal: Proposal,
    tier: Tier,
    contact: Contact,
    now: datetime,
    origin: Origin,
    instead_of: Agreement | None = None,
    extras: Iterable[str] = (),
) -> Agreement:
    """Create the agreement for this tier and the PDF that the signers will read.

    `extras` are the keys of what the client adds. Picking the same again returns the existing
    agreement. Another choice needs `instead_of`: the agreement that it replaces, so that a page
    that was opened before the first choice never undoes it. A start day that has passed becomes
    today in the client's time zone. Raises NotOpen, AlreadyPicked, HeldBack, BadWording and
    MissingGlyphs.
    """
    _require_own(proposal, contact, tier)
    choice = Choice(tier, _offered(proposal, extras))
    picked = _picked(proposal)
    if picked is None or (picked == instead_of and not choice.is_of(picked)):
        try:
            return _create(proposal, choice, contact, now, origin, instead_of=picked)
        except IntegrityError:
            # The client picked in another tab at the same time, and that tab was first.
            picked = _picked(proposal)
    if picked is None or not choice.is_of(picked):
        name = picked.tier["name"] if picked else ""
        raise AlreadyPicked(_("%(tier)s is already chosen.") % {"tier": name})
    return picked


def _picked(proposal: Proposal) -> Agreement | None:
    return Agreement.objects.filter(proposal=proposal, state__in=PICKED_STATES).first()


def _offered(proposal: Proposal, keys: Iterable[str]) -> list[Extra]:
    """The extras with these keys. Raises NotOpen where the proposal does not offer one of them."""
    try:
        return chosen(proposal.extras, keys)
    except KeyError:
        raise NotOpen(_("One of the extras is not part of this proposal.")) from None


def can_change_tier(agreement: Agreement, now: datetime) -> bool:
    """Whether the client may still pick another tier: nobody has signed, and the offer is open."""
    is_signed = any(row.contact_id and row.signed_at for row in signers.signatures_of(agreement))
    proposal = agreement.proposal
    is_open = proposal.state == ProposalState.SENT and not is_past_last_day(proposal, now)
    return agreement.state == AgreementState.SENT and is_open and not is_signed


def _let_no_day_pass(proposal: Proposal, now: datetime) -> None:
    """Let the terms begin today at the earliest, and a renewing term end with a whole period."""
    today = local_day(now, proposal.client.time_zone)
    proposal.starts_on = max(proposal.starts_on, today)
    if proposal.ends_on and proposal.renews != Renews.NO:
        interval = Interval(proposal.interval)
        proposal.ends_on = completed(proposal.starts_on, interval, proposal.ends_on)


def _create(
    proposal: Proposal,
    choice: Choice,
    contact: Contact,
    now: datetime,
    origin: Origin,
    instead_of: Agreement | None,
) -> Agreement:
    tier = choice.tier
    _require_open(proposal, now)
    held_back.require_free(proposal=proposal, contact=contact, now=now, origin=origin)
    _require_room(proposal, tier, now)
    _let_no_day_pass(proposal, now)
    agreement = _unsaved(proposal, choice, contact, now)
    # Rendering takes seconds, so it happens before the transaction, and the proposal, which may
    # have been withdrawn or excluded in the meantime, is checked again under its lock.
    pdf = agreement_pdf.unsigned_pdf(agreement, created=now)
    with held_back.staying_free(proposal=proposal, contact=contact, now=now, origin=origin):
        if instead_of:  # signing locks the agreement first, too
            signers.lock(instead_of)
        _require_open(lock(proposal), now)
        if instead_of:
            _replace(instead_of, agreement.choice, contact, now, origin)
        agreement.document = store.save(
            business=proposal.business,
            kind=DocumentKind.AGREEMENT,
            title=agreement.title,
            pdf=pdf,
            now=now,
        )
        agreement.save(force_insert=True)
        _invite_signers(agreement, proposal, contact, now)
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="accepted",
            actor=f"{contact.name} <{contact.email}>",
            now=now,
            origin=origin,
            data={"tier": agreement.choice, "document": agreement.document.sha256},
        )
        before = instead_of.choice if instead_of else ""
        owner_emails.tell_picked(agreement, contact, now, before)
    return agreement


def _replace(
    agreement: Agreement, choice: str, contact: Contact, now: datetime, origin: Origin
) -> None:
    """Close the agreement of what was picked before. Raises NotOpen where it is signed."""
    locked = signers.lock(agreement)
    assert isinstance(locked, Agreement)
    if not can_change_tier(locked, now):
        raise NotOpen(_("Somebody has signed already, so the tier can no longer be changed here."))
    move(locked, AgreementState.VOID, AGREEMENT, sets={"closed_at": now})
    choices = {"to": choice, "from": locked.choice}
    client_actions.record_event(locked.proposal, contact, "tier_changed", now, origin, choices)
    signers.record_event(locked, contact, "tier_changed", now, origin, choices)


def _invite_signers(
    agreement: Agreement, proposal: Proposal, contact: Contact, now: datetime
) -> None:
    """Create a place for every signer and invite them, except `contact`, who is in the portal.

    Sending the proposal was the signature of the business, so its origin is that of the sending.
    """
    offered = next((event for event in audit.chain(proposal.id) if event.event == "offered"), None)
    signers.create_signatures(
        paper=agreement,
        people=[contact, *proposal.cosigners.filter(is_active=True).order_by("created_at", "pk")],
        now=now,
        sent_at=proposal.sent_at or now,
        origin=Origin(offered.ip, offered.user_agent) if offered else UNSEEN,
        countersigns=proposal.countersigns,
    )
    signers.invite(paper=agreement, now=now, present=contact)


def preview_agreement(*, proposal: Proposal, tier: Tier, now: datetime) -> Agreement:
    """The agreement of this tier as a preview, not saved. Raises BadWording."""
    return _unsaved(proposal, Choice(tier), proposal.contact, now)


def _unsaved(proposal: Proposal, choice: Choice, contact: Contact, now: datetime) -> Agreement:
    today = local_day(now, proposal.client.time_zone)
    frozen_tier, terms = frozen_terms.freeze_with_text(
        proposal, choice.tier, contact, choice.extras
    )
    return Agreement(
        **{name: getattr(proposal, name) for name in AGREEMENT_FIELDS.copied},
        contact=contact,
        proposal=proposal,
        tier=frozen_tier,
        terms=terms,
        terms_hash=frozen_terms.terms_hash(frozen_tier, terms),
        amount=frozen_tier["amount"],
        minutes=choice.tier.minutes,
        tax_mode=terms["tax"]["mode"],
        taxes=terms["tax"]["rates"],
        tax_note=terms["tax"]["note"],
        withholding_percent=Decimal(terms["tax"]["withholding_percent"]),
        anchor_day=proposal.starts_on.day,
        time_zone=proposal.client.time_zone,
        term_months=whole_months(proposal.starts_on, proposal.ends_on) if proposal.ends_on else 0,
        sign_by=today + SIGN_WITHIN,
        created_at=now,
    )


def decline_proposal(
    *, proposal: Proposal, contact: Contact, reason: str, now: datetime, origin: Origin
) -> Proposal:
    """Decline a proposal for the client. Raises NotOpen, also where a tier was picked already."""
    _require_own(proposal, contact)
    with transaction.atomic():
        locked = lock(proposal)
        _require_open(locked, now)
        if is_picked(locked):
            raise NotOpen(_("You have picked a tier already."))
        sets = {"decided_at": now, "decline_reason": reason[:500]}
        move(proposal, ProposalState.DECLINED, PROPOSAL, sets=sets)
        audit.record(
            business=proposal.business,
            chain_id=proposal.id,
            event="declined",
            actor=f"{contact.name} <{contact.email}>",
            now=now,
            origin=origin,
            data={"reason": reason[:500]} if reason else {},
        )
        lost_sales.lose_declined(proposal=proposal, actor=contact.name, reason=reason, now=now)
        owner_emails.tell_declined(proposal, contact, reason, now)
    return proposal


def _require_open(proposal: Proposal, now: datetime) -> None:
    if proposal.state != ProposalState.SENT or is_past_last_day(proposal, now):
        raise NotOpen(_("This proposal is no longer open."))


def _require_room(proposal: Proposal, tier: Tier, now: datetime) -> None:
    """Raise NotOpen where the proposal shows openings and the tier has none left (rule 36)."""
    if proposal.shows_openings and capacity.is_full(proposal, tier, now):
        raise NotOpen(
            _(
                "There is no place for this tier now. You can join the waitlist on the "
                "proposal's page."
            )
        )


def _require_own(proposal: Proposal, contact: Contact, tier: Tier | None = None) -> None:
    """Raise NotOpen unless contact and tier belong to the proposal.

    The message is the same as for a closed proposal, so that a stranger learns nothing from it.
    """
    if contact.client_id != proposal.client_id or (tier and tier.proposal_id != proposal.pk):
        raise NotOpen(_("This proposal is no longer open."))
