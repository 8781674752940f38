"""The client picks a tier, or declines: what was picked becomes the agreement, frozen and rendered."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agreements.contract import frozen_terms
from agreements.models import Agreement, Proposal, Tier
from agreements.proposals import capacity
from agreements.proposals.propose import hold, is_over, is_picked
from agreements.rules.errors import NotOpen
from agreements.rules.states import PROPOSAL, ProposalState
from agreements.signing import agreement_pdf, signers
from agreements.signing.unsigned import SIGN_WITHIN
from clients.models import Contact
from core import audit
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day, whole_months
from core.documents import store
from core.models.document import DocumentKind


def accept(
    *, proposal: Proposal, tier: Tier, contact: Contact, now: datetime, origin: Origin
) -> Agreement:
    """Make the agreement of this tier and the PDF that will be read.

    Picking the same tier again gives the agreement that is there. Another tier after that is refused: it would
    be another agreement. A start day that has passed becomes today. Raises NotOpen, BadWording, MissingGlyphs.
    """
    _must_be_theirs(proposal, contact, tier)
    there = Agreement.objects.filter(proposal=proposal).first()
    if there is None:
        try:
            there = _make(proposal, tier, contact, now, origin)
        except IntegrityError:
            there = Agreement.objects.get(proposal=proposal)  # another tab was first
    if there.tier["id"] != str(tier.id):
        raise NotOpen(
            _("You have picked %(tier)s already. Ask us if you want another one.")
            % {"tier": there.tier["name"]}
        )
    return there


def _make(
    proposal: Proposal, tier: Tier, contact: Contact, now: datetime, origin: Origin
) -> Agreement:
    _must_be_open(proposal, now)
    _must_have_room(proposal, tier, now)
    today = local_day(now, proposal.client.time_zone)
    proposal.starts_on = max(proposal.starts_on, today)
    agreement = _row(proposal, tier, contact, now)
    pdf = agreement_pdf.unsigned_pdf(agreement, created=now)
    with transaction.atomic():
        _must_be_open(hold(proposal), now)  # it may have been withdrawn while the paper was printed
        agreement.document = store.save(
            business=proposal.business,
            kind=DocumentKind.AGREEMENT,
            title=agreement.title,
            pdf=pdf,
            now=now,
        )
        agreement.save(force_insert=True)
        _ask(agreement, proposal, contact, now)
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="accepted",
            actor=f"{contact.name} <{contact.email}>",
            now=now,
            origin=origin,
            data={"tier": tier.name, "document": agreement.document.sha256},
        )
    return agreement


def _ask(agreement: Agreement, proposal: Proposal, contact: Contact, now: datetime) -> None:
    """Everybody who signs gets a place; whoever picked is here already."""
    offered = next((event for event in audit.chain(proposal.id) if event.event == "offered"), None)
    signers.place(
        paper=agreement,
        people=[contact, *proposal.cosigners.filter(is_active=True).order_by("created_at", "pk")],
        now=now,
        sent_at=proposal.sent_at or now,
        origin=Origin(offered.ip, offered.user_agent) if offered else UNSEEN,
        countersigns=proposal.countersigns,
    )
    signers.invite(paper=agreement, now=now, present=contact)


def draft(*, proposal: Proposal, tier: Tier, now: datetime) -> Agreement:
    """The agreement as it would be, not written: to look at first. Raises BadWording."""
    return _row(proposal, tier, proposal.contact, now)


def _row(proposal: Proposal, tier: Tier, contact: Contact, now: datetime) -> Agreement:
    business, today = proposal.business, local_day(now, proposal.client.time_zone)
    picked, agreed = frozen_terms.agree(proposal, tier, contact)
    return Agreement(
        business=business,
        client=proposal.client,
        contact=contact,
        proposal=proposal,
        title=proposal.title,
        tier=picked,
        terms=agreed,
        terms_hash=frozen_terms.digest(picked, agreed),
        language=proposal.language,
        currency=proposal.currency,
        amount=tier.amount,
        minutes=tier.minutes,
        tax_mode=agreed["tax"]["mode"],
        taxes=agreed["tax"]["rates"],
        tax_note=agreed["tax"]["note"],
        withholding_percent=Decimal(agreed["tax"]["withholding_percent"]),
        collect_by=proposal.collect_by,
        interval=proposal.interval,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        anchor_day=proposal.starts_on.day,
        time_zone=proposal.client.time_zone,
        notice_days=proposal.notice_days,
        minimum_months=proposal.minimum_months,
        rollover=proposal.rollover,
        rollover_percent=proposal.rollover_percent,
        rollover_periods=proposal.rollover_periods,
        renews=proposal.renews,
        term_months=whole_months(proposal.starts_on, proposal.ends_on) if proposal.ends_on else 0,
        in_order=proposal.in_order,
        sign_by=today + SIGN_WITHIN,
        created_at=now,
    )


def decline(
    *, proposal: Proposal, contact: Contact, reason: str, now: datetime, origin: Origin
) -> Proposal:
    """The client says no before picking."""
    _must_be_theirs(proposal, contact)
    with transaction.atomic():
        held = hold(proposal)
        _must_be_open(held, now)
        if is_picked(held):
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
        )
    return proposal


def _must_be_open(proposal: Proposal, now: datetime) -> None:
    if proposal.state != ProposalState.SENT or is_over(proposal, now):
        raise NotOpen(_("This proposal is no longer open."))


def _must_have_room(proposal: Proposal, tier: Tier, now: datetime) -> None:
    """Where openings are shown, none is none (rule 36)."""
    if proposal.shows_openings and capacity.is_full(proposal, tier, now):
        raise NotOpen(
            _(
                "There is no place for this tier now. You can join the waitlist on the proposal's page."
            )
        )


def _must_be_theirs(proposal: Proposal, contact: Contact, tier: Tier | None = None) -> None:
    """To anybody else it is not open, and no more is said."""
    if contact.client_id != proposal.client_id or (tier and tier.proposal_id != proposal.pk):
        raise NotOpen(_("This proposal is no longer open."))
