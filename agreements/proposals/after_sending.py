"""What follows a proposal that was sent: it is tried out, extended, revised, and its client is reminded."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Proposal, Tier
from agreements.proposals import opening_message
from agreements.proposals.propose import hold, is_over, is_picked, rungs
from agreements.rules.errors import NotOpen
from agreements.rules.states import PROPOSAL, ProposalState
from clients import portal_links
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day
from core.outbox import emails

REMIND_BEFORE = (3, 0)  # days before its last day; then it is quiet
FRESH = timedelta(days=2)  # nobody is reminded of what has only just come
FARTHEST = timedelta(days=180)
COPIED = (
    "title",
    "currency",
    "language",
    "interval",
    "collect_by",
    "starts_on",
    "ends_on",
    "notice_days",
    "minimum_months",
    "rollover",
    "rollover_percent",
    "rollover_periods",
    "renews",
    "in_order",
    "countersigns",
    "recommended_because",
    "trial_measure",
    "next_tier",
    "credits_trial",
    "after_trial",
    "expires_on",
    "kind",
    "template",
    "is_bilingual",
    "service",
    "governing_law",
    "kpis",
    "expectations",
    "competitors",
    "value_adds",
    "overage_amount",
    "overage_minutes",
    "report_days",
    "report_unreviewed",
    "shows_openings",
    "intro",
)


def try_out(*, proposal: Proposal, now: datetime) -> str:
    """Mail the letter to the freelancer alone, as the client gets it but without the link; the address it went to."""
    to = proposal.business.owner.email
    emails.write(
        kind="proposal_trial",
        ref=f"{proposal.id}:{now.isoformat()}",
        to=to,
        template="proposal",
        context={
            "proposal": proposal,
            "contact": proposal.contact,
            "intro": opening_message.filled(proposal),
            "tiers": rungs(proposal),
            "link": "",
        },
        language=proposal.language,
        business=proposal.business,
        now=now,
    )
    return to


def extend(
    *, proposal: Proposal, until: date, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Proposal:
    """Keep an offer open until a later day, or open an expired one again; the client is told. Raises NotOpen."""
    with transaction.atomic():
        held = hold(proposal)
        if not can_extend(held):
            raise NotOpen(_("Only an offer that waits for an answer can be extended."))
        today = local_day(now, held.client.time_zone)
        if not today <= until <= today + FARTHEST or (held.expires_on and until <= held.expires_on):
            raise NotOpen(_("Choose a later day, within half a year."), field="until")
        held.expires_on = until
        if is_over(held, now):
            raise NotOpen(
                _("The retainer would have to begin before that day. Revise the proposal instead.")
            )
        if held.state == ProposalState.EXPIRED:
            move(held, ProposalState.SENT, PROPOSAL, sets={"decided_at": None})
        Proposal.objects.filter(pk=held.pk).update(expires_on=until, reminders=0)
        _record(
            held,
            "extended",
            actor,
            now,
            origin,
            {"ends_on": (until + timedelta(days=1)).isoformat()},
        )
        _letter(held, "proposal_extended", until.isoformat(), now)
    proposal.refresh_from_db()
    return proposal


def revise(*, proposal: Proposal, now: datetime) -> Proposal:
    """A draft of the next version; the old one stays as it is until the new one is sent. Raises NotOpen."""
    with transaction.atomic():
        held = hold(proposal)
        if not can_revise(held):
            raise NotOpen(_("Only an offer that was sent, and not picked, can be revised."))
        if there := held.revisions.filter(state=ProposalState.DRAFT).first():
            return there
        fresh = Proposal.objects.create(
            business=held.business,
            client=held.client,
            contact=held.contact,
            version=held.version + 1,
            revises=held,
            created_at=now,
            **{name: getattr(held, name) for name in COPIED},
        )
        for name in ("cosigners", "testimonials"):
            getattr(fresh, name).set(getattr(held, name).all())
        Tier.objects.bulk_create(_copied(tier, fresh, now) for tier in rungs(held))
    return fresh


def can_extend(proposal: Proposal) -> bool:
    """Whether it waits for an answer, or did until its last day was over."""
    return proposal.state in (ProposalState.SENT, ProposalState.EXPIRED) and not is_picked(proposal)


def can_revise(proposal: Proposal) -> bool:
    """Whether it was sent and led to nothing yet."""
    return proposal.state not in (ProposalState.DRAFT, ProposalState.ACCEPTED) and not is_picked(
        proposal
    )


def newest(proposal: Proposal) -> Proposal:
    """The last version of it that was sent: an old link shows the new offer."""
    while (
        later := proposal.revisions.exclude(state=ProposalState.DRAFT).order_by("-version").first()
    ):
        proposal = later
    return proposal


def remind_due(*, now: datetime) -> int:
    """Remind of offers that end soon, three days before and on the last day; the number of letters."""
    latest = (now + timedelta(days=REMIND_BEFORE[0] + 1)).date()
    waiting = Proposal.objects.filter(
        state=ProposalState.SENT,
        agreement__isnull=True,
        expires_on__lte=latest,
        reminders__lt=len(REMIND_BEFORE),
        sent_at__lte=now - FRESH,
    )
    return sum(_remind(proposal, now) for proposal in waiting.select_related("client"))


def _remind(proposal: Proposal, now: datetime) -> int:
    with transaction.atomic():
        held = hold(proposal)
        if (
            held.state != ProposalState.SENT
            or is_picked(held)
            or is_over(held, now)
            or not held.expires_on
        ):
            return 0  # answered in the meantime
        left = (held.expires_on - local_day(now, held.client.time_zone)).days
        due = sum(1 for days in REMIND_BEFORE if left <= days)
        if held.reminders >= due:
            return 0
        Proposal.objects.filter(pk=held.pk).update(reminders=due)
        _record(held, "reminded", "Retainer Hub", now, UNSEEN, {})
        _letter(held, "proposal_reminder", f"{held.expires_on}:{due}", now)
    return 1


def _letter(proposal: Proposal, kind: str, ref: str, now: datetime) -> None:
    """A short note with a fresh link: how long the offer is open."""
    link = portal_links.portal_link(
        contact=proposal.contact, now=now, target=f"proposal:{proposal.id}"
    )
    with translation.override(proposal.language):
        what = {
            "title": proposal.title,
            "day": formats.day(proposal.expires_on),
            "business": proposal.business.name,
        }
        said = [_("The proposal “%(title)s” of %(business)s is open until %(day)s.") % what]
        said.append(
            _("On its page you can pick a tier, ask a question, or say that it does not fit.")
        )
        context = {
            "subject": _("Open until %(day)s: %(title)s") % what,
            "name": proposal.contact.name,
            "paragraphs": said,
            "button": _("See the proposal"),
            "link": links.placeholder("link", link.id),
        }
    emails.write(
        kind=kind,
        ref=f"{proposal.id}:{ref}",
        to=proposal.contact.email,
        template="note",
        context=context,
        language=proposal.language,
        business=proposal.business,
        now=now,
    )


def _copied(tier: Tier, proposal: Proposal, now: datetime) -> Tier:
    names = (
        "position",
        "name",
        "tagline",
        "amount",
        "minutes",
        "response_hours",
        "adds",
        "deliverables",
    )
    fields = {name: getattr(tier, name) for name in (*names, "is_recommended")}
    return Tier(business=proposal.business, proposal=proposal, created_at=now, **fields)


def _record(
    proposal: Proposal, event: str, actor: str, now: datetime, origin: Origin, data: dict[str, str]
) -> None:
    audit.record(
        business=proposal.business,
        chain_id=proposal.id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data,
    )
