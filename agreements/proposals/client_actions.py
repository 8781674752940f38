"""What a client does with a proposal before picking a tier: viewing, asking, forwarding."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements import owner_emails
from agreements.models import Proposal, Question, Tier
from agreements.proposals.lifecycle import email_proposal, is_past_last_day, is_picked, lock
from agreements.rules.errors import NotOpen
from agreements.rules.states import ProposalState
from clients import client_records, portal_links
from clients.models import Contact
from core import audit, links
from core.audit import Origin
from core.dates import local_day
from core.outbox import emails

MOST_QUESTIONS = 20  # about one proposal
MOST_FORWARDS = 5  # of one proposal


def record_opened(*, proposal: Proposal, contact: Contact, now: datetime, origin: Origin) -> None:
    """Record that a contact has opened the proposal.

    The first time is stored on the proposal; an audit event is written once a day for each contact.
    """
    with transaction.atomic():
        locked = lock(proposal)
        Proposal.objects.filter(pk=proposal.pk, opened_at__isnull=True).update(opened_at=now)
        seen_by = {row.actor for row in audit.chain(proposal.pk) if row.event == "offer_opened"}
        _once_a_day(proposal, contact, "offer_opened", {}, now, origin)
        if _actor(contact) not in seen_by:
            owner_emails.tell_opened(locked, contact, now)


def record_tier_seen(
    *, proposal: Proposal, tier: Tier, contact: Contact, now: datetime, origin: Origin
) -> None:
    """Record that a tier was visible to a contact for some seconds.

    An audit event is written once a day for each contact and tier. The page reports it by
    JavaScript, so without JavaScript nothing is recorded.
    """
    if tier.proposal_id == proposal.pk and proposal.state == ProposalState.SENT:
        _once_a_day(proposal, contact, "tier_seen", {"tier": tier.name}, now, origin)


def record_downloaded(
    *, proposal: Proposal, contact: Contact, now: datetime, origin: Origin
) -> None:
    """Record that a contact has downloaded the proposal as a PDF, once a day for each contact."""
    _once_a_day(proposal, contact, "offer_downloaded", {}, now, origin)


def ask_question(
    *, proposal: Proposal, contact: Contact, text: str, now: datetime, origin: Origin
) -> Question:
    """Ask a question about an open proposal; it is emailed to the freelancer. Raises NotOpen."""
    with transaction.atomic():
        locked = lock_open(proposal, contact, now, even_if_picked=True)
        if locked.questions.count() >= MOST_QUESTIONS:
            raise NotOpen(
                _("You have asked a lot already. Please write us an email."), field="text"
            )
        question = Question.objects.create(
            business=locked.business, proposal=locked, contact=contact, text=text, created_at=now
        )
        record_event(locked, contact, "asked", now, origin, {"words": text[:300]})
        with translation.override(locked.business.language):
            facts = {"name": contact.name, "title": locked.title}
            paragraphs = [_("%(name)s asks about “%(title)s”:") % facts, text]
            paragraphs.append(_("Your answer is emailed to them, and shown on the proposal."))
            subject = _("Question about “%(title)s”") % facts
            button = _("Answer")
        email_note(
            locked,
            "question",
            str(question.pk),
            locked.business.owner.email,
            subject,
            paragraphs,
            locked.business.language,
            now,
            button=button,
            link=owner_emails.proposal_url(locked),
        )
    return question


def answer_question(*, question: Question, text: str, actor: str, now: datetime) -> Question:
    """Answer a client's question; the answer is emailed to the contact who asked.

    Raises NotOpen where it was answered already.
    """
    with transaction.atomic():
        unanswered = Question.objects.filter(pk=question.pk, answered_at__isnull=True)
        if not unanswered.update(answer=text, answered_at=now):
            raise NotOpen(_("This question was answered already."))
        proposal, contact = question.proposal, question.contact.who_reads
        audit.record(
            business=proposal.business, chain_id=proposal.id, event="answered", actor=actor, now=now
        )
        link = portal_links.portal_link(contact=contact, now=now, target=f"proposal:{proposal.id}")
        with translation.override(proposal.language):
            paragraphs = [_("You asked: “%(text)s”") % {"text": question.text}, text]
            subject = _("Your question about “%(title)s”") % {"title": proposal.title}
            button = _("See the proposal")
        email_note(
            proposal,
            "answer",
            str(question.pk),
            contact.email,
            subject,
            paragraphs,
            proposal.language,
            now,
            name=contact.name,
            button=button,
            link=links.placeholder("link", link.id),
        )
    question.refresh_from_db()
    return question


def forward_proposal(
    *, proposal: Proposal, contact: Contact, name: str, email: str, now: datetime, origin: Origin
) -> Contact:
    """Email the proposal to a colleague of the contact, who may then view it and pick a tier too.

    An unknown email address becomes a new contact of the client. Raises NotOpen.
    """
    with transaction.atomic():
        locked = lock_open(proposal, contact, now, even_if_picked=True)
        forwards = [event for event in audit.chain(locked.pk) if event.event == "forwarded"]
        if len(forwards) >= MOST_FORWARDS:
            raise NotOpen(
                _("It was forwarded five times already. Please write us an email."), field="email"
            )
        colleague = Contact.objects.filter(client=contact.client_id, email__iexact=email).first()
        colleague = colleague or client_records.add_contact(
            client=contact.client, name=name, email=email, now=now
        )
        if not colleague.is_active:
            raise NotOpen(
                _("This person cannot open the portal. Please write us an email."), field="email"
            )
        if colleague.is_without_money:
            raise NotOpen(
                _("%(name)s cannot see prices. Your decision maker can change that under “People”.")
                % {"name": colleague.name},
                field="email",
            )
        email_proposal(
            locked,
            kind="proposal_forward",
            ref=f"{locked.pk}:{colleague.pk}:{len(forwards)}",
            now=now,
            to=colleague,
            forwarded_by=contact.name,
        )
        record_event(
            locked,
            contact,
            "forwarded",
            now,
            origin,
            {"name": f"{colleague.name} <{colleague.email}>"},
        )
        _tell_both_sides(locked, contact, colleague, len(forwards), now)
    return colleague


def _tell_both_sides(
    proposal: Proposal, contact: Contact, colleague: Contact, forwards: int, now: datetime
) -> None:
    """Email who forwarded the proposal, and the owner, who may pick and sign it now."""
    facts = {
        "title": proposal.title,
        "contact": f"{contact.name} ({contact.email})",
        "colleague": f"{colleague.name} ({colleague.email})",
    }
    ref = f"{proposal.pk}:{forwards}"
    _tell_forwarder(proposal, contact, facts, f"{ref}:client", now)
    _tell_owner(proposal, facts, f"{ref}:owner", now)


def _tell_forwarder(
    proposal: Proposal, contact: Contact, facts: dict[str, str], ref: str, now: datetime
) -> None:
    with translation.override(proposal.language):
        paragraphs = [
            _("“%(title)s” was sent to %(colleague)s from your portal.") % facts,
            _("If you did not ask for this, please reply to this email at once."),
        ]
        subject = _("Forwarded: %(title)s") % facts
    email_note(
        proposal,
        "proposal_forwarded",
        ref,
        contact.email,
        subject,
        paragraphs,
        proposal.language,
        now,
        name=contact.name,
    )


def _tell_owner(proposal: Proposal, facts: dict[str, str], ref: str, now: datetime) -> None:
    business = proposal.business
    with translation.override(business.language):
        paragraphs = [
            _("%(contact)s forwarded “%(title)s” to %(colleague)s.") % facts,
            _(
                "%(colleague)s can now pick a tier and sign. If that is not right, withdraw the "
                "proposal."
            )
            % facts,
        ]
        subject = _("Forwarded: %(title)s") % facts
        button = _("See the proposal")
    email_note(
        proposal,
        "proposal_forwarded",
        ref,
        business.owner.email,
        subject,
        paragraphs,
        business.language,
        now,
        button=button,
        link=owner_emails.proposal_url(proposal),
    )


def lock_open(
    proposal: Proposal, contact: Contact, now: datetime, *, even_if_picked: bool = False
) -> Proposal:
    """Lock the proposal until the transaction ends, if this contact may still act on it.

    Raises NotOpen where the proposal is closed, a tier was picked, or the contact is not one of the
    client's.
    """
    locked = lock(proposal)
    if (
        contact.client_id != locked.client_id
        or locked.state != ProposalState.SENT
        or is_past_last_day(locked, now)
    ):
        raise NotOpen(_("This proposal is no longer open."))
    if is_picked(locked) and not even_if_picked:
        raise NotOpen(_("You have picked a tier already."))
    return locked


def _once_a_day(
    proposal: Proposal,
    contact: Contact,
    event: str,
    data: dict[str, str],
    now: datetime,
    origin: Origin,
) -> None:
    """Write an audit event unless the same one was written today, in the client's time zone."""
    zone, actor = proposal.client.time_zone, _actor(contact)
    today = local_day(now, zone)
    with transaction.atomic():
        lock(proposal)  # so that two tabs at once do not both write it
        for row in audit.chain(proposal.pk):
            if (row.event, row.actor, row.data, local_day(row.at, zone)) == (
                event,
                actor,
                data,
                today,
            ):
                return
        record_event(proposal, contact, event, now, origin, data)


def record_event(
    proposal: Proposal,
    contact: Contact,
    event: str,
    now: datetime,
    origin: Origin,
    data: dict[str, str],
) -> None:
    """Write an event of a contact into the audit chain of the proposal."""
    audit.record(
        business=proposal.business,
        chain_id=proposal.id,
        event=event,
        actor=_actor(contact),
        now=now,
        origin=origin,
        data=data,
    )


def _actor(contact: Contact) -> str:
    return f"{contact.name} <{contact.email}>"


def email_note(
    proposal: Proposal,
    kind: str,
    ref: str,
    to: str,
    subject: str,
    said: list[str],
    language: str,
    now: datetime,
    **more: links.Address,
) -> None:
    """Email a short note about a proposal to either side; `said` are its paragraphs."""
    emails.write(
        kind=kind,
        ref=ref,
        to=to,
        template="note",
        context={
            "subject": subject,
            "name": "",
            "paragraphs": said,
            "button": "",
            "link": "",
            **more,
        },
        language=language,
        business=proposal.business,
        now=now,
    )
