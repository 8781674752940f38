"""Test emails of a proposal, and what follows its sending: extensions, revisions and reminders."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import worded_emails
from agreements.contract import exclusivity
from agreements.models import Proposal, Tier
from agreements.models.field_lists import COPY_LEAVES, PROPOSAL_FIELDS, PROPOSAL_SETS
from agreements.proposals import opening_message
from agreements.proposals.lifecycle import is_past_last_day, is_picked, lock, tiers_of
from agreements.rules.errors import NotOpen
from agreements.rules.states import PROPOSAL, ProposalState
from clients import client_records, portal_links, sample_rules
from clients.models import Client, Contact
from core import audit, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step
from core.outbox import emails

REMIND = Step(
    "remind_of_proposals",
    "agreements.tasks.seal_signed",
    gettext_lazy("Remind of the proposal"),
    Proposal,
    title="client__name",
    page=("proposal", "pk"),
)
REMIND_BEFORE = (3, 0)  # days before the last day of a proposal; one reminder for each
NO_REMINDER_WITHIN = timedelta(days=2)  # no reminder within this time after sending
OPEN_FOR = timedelta(days=30)  # for which a copy for another client is open
LONGEST_OPEN = timedelta(days=180)  # a proposal stays open at most this long from today


def send_test_email(*, proposal: Proposal, now: datetime) -> str:
    """Email the proposal to the freelancer, as the client would get it, saying that it is a test.

    Its link opens the preview of the page. Returns the address that it was sent to. Raises
    SampleClient.
    """
    sample_rules.refuse(proposal.client)
    to = proposal.business.owner.email
    with translation.override(proposal.language):
        notice = _(
            "This is a test. Only you received it; %(name)s gets it when you send the proposal."
        ) % {"name": proposal.contact.name}
    emails.write(
        kind="proposal_trial",
        ref=f"{proposal.id}:{now.isoformat()}",
        to=to,
        template="proposal",
        context={
            "proposal": proposal,
            "contact": proposal.contact,
            "intro": opening_message.filled_message(proposal),
            "tiers": tiers_of(proposal),
            "link": links.absolute_url("dashboard:proposal_preview", proposal.pk),
            "test_notice": notice,
        },
        language=proposal.language,
        business=proposal.business,
        worded="proposal",
        values=worded_emails.proposal_values(proposal, proposal.contact),
        now=now,
    )
    return to


def extend_proposal(
    *, proposal: Proposal, until: date, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Proposal:
    """Keep a proposal open until a later day (`until`), or open an expired one again.

    The client is emailed. Raises NotOpen, and Excluded where an expired one would be opened for a
    client whom a running agreement excludes.
    """
    with transaction.atomic():
        locked = lock(proposal)
        if not can_extend(locked) or locked.client.erased_at:
            raise NotOpen(_("Only an offer that waits for an answer can be extended."))
        today = local_day(now, locked.client.time_zone)
        if not today <= until <= today + LONGEST_OPEN or (
            locked.expires_on and until <= locked.expires_on
        ):
            raise NotOpen(_("Choose a later day, within half a year."), field="until")
        locked.expires_on = until
        if is_past_last_day(locked, now):
            raise NotOpen(
                _("The retainer would have to begin before that day. Revise the proposal instead.")
            )
        if locked.state == ProposalState.EXPIRED:
            exclusivity.require_consent(
                proposal=locked, has_consent=False, actor=actor, now=now, origin=origin
            )
            move(locked, ProposalState.SENT, PROPOSAL, sets={"decided_at": None})
        Proposal.objects.filter(pk=locked.pk).update(expires_on=until, reminders=0)
        _record(
            locked,
            "extended",
            actor,
            now,
            origin,
            {"ends_on": (until + timedelta(days=1)).isoformat()},
        )
        _email_deadline(locked, "proposal_extended", until.isoformat(), now)
    proposal.refresh_from_db()
    return proposal


def link_to_pass_on(*, proposal: Proposal, actor: str, now: datetime) -> str:
    """The address of the proposal for the freelancer to send by another way than our email.

    It shows the proposal to whoever has it; acting in the contact's name needs a code from their
    mailbox. Raises NotOpen.
    """
    with transaction.atomic():
        locked = lock(proposal)
        if locked.state != ProposalState.SENT:
            raise NotOpen(_("This proposal is no longer open."))
        link = portal_links.reading_link(
            contact=locked.contact.who_reads, now=now, target=f"proposal:{locked.pk}"
        )
        _record(locked, "link_copied", actor, now, UNSEEN, {})
    return links.url(link)


def revise_proposal(*, proposal: Proposal, now: datetime) -> Proposal:
    """Create a draft of the next version, or return the draft that exists already.

    The present version stays open until the new one is sent. Raises NotOpen.
    """
    with transaction.atomic():
        locked = lock(proposal)
        if not can_revise(locked) or locked.client.erased_at:
            raise NotOpen(_("Only an offer that was sent, and not picked, can be revised."))
        if existing := locked.revisions.filter(state=ProposalState.DRAFT).first():
            return existing
        copied = [name for name in PROPOSAL_FIELDS.copied if name not in PROPOSAL_SETS]
        revision = Proposal.objects.create(
            version=locked.version + 1,
            revises=locked,
            created_at=now,
            **{name: getattr(locked, name) for name in copied},
        )
        for name in PROPOSAL_SETS:
            getattr(revision, name).set(getattr(locked, name).all())
        Tier.objects.bulk_create(_copied(tier, revision, now) for tier in tiers_of(locked))
    return revision


def copy_for(*, proposal: Proposal, client: Client, now: datetime) -> Proposal:
    """Create a draft for another client from a proposal, sent or not, in any state.

    Tiers, extras and terms are copied. What was only about the first client is left out, and its
    name and its contact's name are replaced in title and opening words. A trial lasts as long as it
    did. Raises NotOpen where the client has nobody who decides.
    """
    contact = client_records.decision_maker(client)
    if contact is None:
        raise NotOpen(_("%(client)s has no decision maker yet.") % {"client": client.name})
    today = local_day(now, client.time_zone)
    copied = [
        name
        for name in PROPOSAL_FIELDS.copied
        if name not in (*COPY_LEAVES, *PROPOSAL_SETS) and name != "business"
    ]
    lasts = proposal.ends_on - proposal.starts_on if proposal.ends_on else None
    with transaction.atomic():
        draft = Proposal.objects.create(
            business=proposal.business,
            client=client,
            contact=contact,
            language=client.language,
            title=_readdressed(proposal.title, proposal, client, contact)[:160],
            intro=_opening_for(proposal, client, contact)[:3000],
            starts_on=today,
            ends_on=today + lasts if lasts else None,
            expires_on=today + OPEN_FOR,
            created_at=now,
            **{name: getattr(proposal, name) for name in copied},
        )
        draft.testimonials.set(proposal.testimonials.all())
        Tier.objects.bulk_create(_copied(tier, draft, now) for tier in tiers_of(proposal))
    return draft


def _opening_for(proposal: Proposal, client: Client, contact: Contact) -> str:
    """The opening words for another client, without the reason that was given to the first one.

    What was sent holds that reason in its text; where it cannot be taken out, the usual words begin
    the copy.
    """
    because, words = proposal.recommended_because, proposal.intro
    if because:
        words = opening_message.without_reason(proposal).replace(f": {because}", ".")
    is_named = because.casefold() in words.casefold() if because else False
    if is_named or "{{because}}" in words:
        with translation.override(client.language):
            return opening_message.usual_message()
    return _readdressed(words, proposal, client, contact)


def _readdressed(text: str, proposal: Proposal, client: Client, contact: Contact) -> str:
    """The text with the names of the first client and its contact replaced by the new ones."""
    return text.replace(proposal.client.name, client.name).replace(
        proposal.contact.name, contact.name
    )


def can_extend(proposal: Proposal) -> bool:
    """Whether the proposal waits for an answer or has expired without one."""
    return proposal.state in (ProposalState.SENT, ProposalState.EXPIRED) and not is_picked(proposal)


def can_revise(proposal: Proposal) -> bool:
    """Whether the proposal was sent and no tier was picked."""
    return proposal.state not in (ProposalState.DRAFT, ProposalState.ACCEPTED) and not is_picked(
        proposal
    )


def newest_version(proposal: Proposal) -> Proposal:
    """The latest version of a proposal that was sent, so that an old link shows the new offer."""
    while (
        later := proposal.revisions.exclude(state=ProposalState.DRAFT).order_by("-version").first()
    ):
        proposal = later
    return proposal


def remind_due(*, now: datetime) -> int:
    """Email reminders of proposals three days before they expire and on their last day.

    Days are those of the client's time zone. Proposals that were sent in the last two days are left
    out. Returns the number of reminders.
    """
    latest = (now + timedelta(days=REMIND_BEFORE[0] + 1)).date()
    waiting = Proposal.objects.not_picked().filter(
        state=ProposalState.SENT,
        expires_on__lte=latest,
        reminders__lt=len(REMIND_BEFORE),
        sent_at__lte=now - NO_REMINDER_WITHIN,
    )
    rows = waiting.select_related("client").order_by("pk")
    return batches.run_rows(REMIND, rows, lambda row: _remind(row, now), now=now)


def _remind(proposal: Proposal, now: datetime) -> int:
    """Send a reminder if one is due; the number sent. Checked again under the proposal's lock."""
    with transaction.atomic():
        locked = lock(proposal)
        if (
            locked.state != ProposalState.SENT
            or is_picked(locked)
            or is_past_last_day(locked, now)
            or not locked.expires_on
        ):
            return 0  # answered in the meantime
        days_left = (locked.expires_on - local_day(now, locked.client.time_zone)).days
        due = sum(1 for days in REMIND_BEFORE if days_left <= days)
        if locked.reminders >= due:
            return 0
        # A job that is late sends one reminder for all that were due.
        Proposal.objects.filter(pk=locked.pk).update(reminders=due)
        _record(locked, "reminded", "Retainer Hub", now, UNSEEN, {})
        _email_deadline(locked, "proposal_reminder", f"{locked.expires_on}:{due}", now)
    return 1


def _email_deadline(proposal: Proposal, kind: str, ref: str, now: datetime) -> None:
    """Email the client until when the proposal is open, with a new link to it."""
    contact = proposal.contact.who_reads
    link = portal_links.portal_link(contact=contact, now=now, target=f"proposal:{proposal.id}")
    with translation.override(proposal.language):
        values = worded_emails.proposal_values(proposal, contact)
        context = worded_emails.deadline_note(values, links.placeholder("link", link.id))
    emails.write(
        kind=kind,
        ref=f"{proposal.id}:{ref}",
        to=contact.email,
        template="note",
        context=context,
        language=proposal.language,
        business=proposal.business,
        worded="proposal_reminder",
        values=values,
        now=now,
    )


def _copied(tier: Tier, proposal: Proposal, now: datetime) -> Tier:
    """An unsaved copy of a tier for another version of its proposal."""
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
