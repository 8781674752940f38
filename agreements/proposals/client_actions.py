"""What a client does with a proposal before picking: looks at it, asks, forwards it to who decides."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Proposal, Question, Tier
from agreements.proposals.propose import hold, is_over, is_picked, mail
from agreements.rules.errors import NotOpen
from agreements.rules.states import ProposalState
from clients import client_records, portal_links
from clients.models import Contact
from core import audit, links
from core.audit import Origin
from core.dates import local_day
from core.outbox import emails

MOST_QUESTIONS = 20  # of one proposal
MOST_FORWARDS = 5


def opened(*, proposal: Proposal, contact: Contact, now: datetime, origin: Origin) -> None:
    """Remember when the client looked at it: the first time on the row, once a day and person in its record."""
    Proposal.objects.filter(pk=proposal.pk, opened_at__isnull=True).update(opened_at=now)
    _once_a_day(proposal, contact, "offer_opened", {}, now, origin)


def seen(
    *, proposal: Proposal, tier: Tier, contact: Contact, now: datetime, origin: Origin
) -> None:
    """A tier stayed in sight for some seconds: once a day, person and tier. Without a script it is not recorded."""
    if tier.proposal_id == proposal.pk and proposal.state == ProposalState.SENT:
        _once_a_day(proposal, contact, "tier_seen", {"tier": tier.name}, now, origin)


def ask(
    *, proposal: Proposal, contact: Contact, text: str, now: datetime, origin: Origin
) -> Question:
    """A question about an open offer; the freelancer gets it by mail. Raises NotOpen."""
    with transaction.atomic():
        held = hold_open(proposal, contact, now)
        if held.questions.count() >= MOST_QUESTIONS:
            raise NotOpen(
                _("You have asked a lot already. Please write us an email."), field="text"
            )
        row = Question.objects.create(
            business=held.business, proposal=held, contact=contact, text=text, created_at=now
        )
        record(held, contact, "asked", now, origin, {"words": text[:300]})
        with translation.override(held.business.language):
            who = {"name": contact.name, "title": held.title}
            said = [_("%(name)s asks about “%(title)s”:") % who, text]
            said.append(
                _("Answer on the proposal's page: they read it by email and in the portal.")
            )
            subject = _("Question about “%(title)s”") % who
        note(
            held,
            "question",
            str(row.pk),
            held.business.owner.email,
            subject,
            said,
            held.business.language,
            now,
        )
    return row


def answer(*, question: Question, text: str, actor: str, now: datetime) -> Question:
    """The freelancer's answer, once; it goes to who asked. Raises NotOpen the second time."""
    with transaction.atomic():
        mine = Question.objects.filter(pk=question.pk, answered_at__isnull=True)
        if not mine.update(answer=text, answered_at=now):
            raise NotOpen(_("This question was answered already."))
        proposal, contact = question.proposal, question.contact
        audit.record(
            business=proposal.business, chain_id=proposal.id, event="answered", actor=actor, now=now
        )
        link = portal_links.portal_link(contact=contact, now=now, target=f"proposal:{proposal.id}")
        with translation.override(proposal.language):
            said = [_("You asked: “%(text)s”") % {"text": question.text}, text]
            subject = _("Your question about “%(title)s”") % {"title": proposal.title}
            button = _("See the proposal")
        note(
            proposal,
            "answer",
            str(question.pk),
            contact.email,
            subject,
            said,
            proposal.language,
            now,
            name=contact.name,
            button=button,
            link=links.placeholder("link", link.id),
        )
    question.refresh_from_db()
    return question


def forward(
    *, proposal: Proposal, contact: Contact, name: str, email: str, now: datetime, origin: Origin
) -> Contact:
    """Send it on to a colleague who has a say; they may look and pick like whoever forwards it. Raises NotOpen."""
    with transaction.atomic():
        held = hold_open(proposal, contact, now)
        sent = [event for event in audit.chain(held.pk) if event.event == "forwarded"]
        if len(sent) >= MOST_FORWARDS:
            raise NotOpen(
                _("It was forwarded five times already. Please write us an email."), field="email"
            )
        other = Contact.objects.filter(client=contact.client_id, email__iexact=email).first()
        other = other or client_records.add_contact(
            client=contact.client, name=name, email=email, now=now
        )
        if not other.is_active:
            raise NotOpen(
                _("This person cannot open the portal. Please write us an email."), field="email"
            )
        mail(
            held,
            kind="proposal_forward",
            ref=f"{held.pk}:{other.pk}:{len(sent)}",
            now=now,
            to=other,
        )
        record(held, contact, "forwarded", now, origin, {"name": f"{other.name} <{other.email}>"})
    return other


def hold_open(proposal: Proposal, contact: Contact, now: datetime) -> Proposal:
    """The proposal, held, if this person may still act on it."""
    held = hold(proposal)
    if (
        contact.client_id != held.client_id
        or held.state != ProposalState.SENT
        or is_over(held, now)
    ):
        raise NotOpen(_("This proposal is no longer open."))
    if is_picked(held):
        raise NotOpen(_("You have picked a tier already."))
    return held


def _once_a_day(
    proposal: Proposal,
    contact: Contact,
    event: str,
    data: dict[str, str],
    now: datetime,
    origin: Origin,
) -> None:
    zone, actor = proposal.client.time_zone, _actor(contact)
    today = local_day(now, zone)
    with transaction.atomic():
        hold(proposal)  # two tabs take turns
        for one in audit.chain(proposal.pk):
            if (one.event, one.actor, one.data, local_day(one.at, zone)) == (
                event,
                actor,
                data,
                today,
            ):
                return
        record(proposal, contact, event, now, origin, data)


def record(
    proposal: Proposal,
    contact: Contact,
    event: str,
    now: datetime,
    origin: Origin,
    data: dict[str, str],
) -> None:
    """One event of a proposal's own chain, by one of the client's people."""
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


def note(
    proposal: Proposal,
    kind: str,
    ref: str,
    to: str,
    subject: str,
    said: list[str],
    language: str,
    now: datetime,
    **more: str,
) -> None:
    """A short letter about a proposal, to either side."""
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
