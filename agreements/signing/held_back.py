"""Holds back a pick or a signature that would break another client's exclusivity (rule 57).

The client is told only that something has to be checked. The freelancer sees the clause, and
confirms the other client's consent; then the client is told to continue.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements import owner_emails
from agreements.contract import exclusivity
from agreements.models import Agreement, Amendment, Proposal
from agreements.rules.errors import HeldBack
from agreements.rules.states import AgreementState, ProposalState
from clients import portal_links
from clients.models import Contact
from core import audit, links
from core.audit import Origin
from core.models import AuditEvent
from core.outbox import emails


def require_free(*, proposal: Proposal, contact: Contact, now: datetime, origin: Origin) -> None:
    """Raise HeldBack where a running agreement excludes the client without a recorded consent.

    The attempt is recorded, and the owner is told of it once. Call it outside a transaction, which
    the error would undo.
    """
    found = exclusivity.without_consent(proposal.client, audit.chain(proposal.pk))
    if not found:
        return
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        data = {"agreement": str(found[0].agreement.pk), "contact": str(contact.pk)}
        events = audit.chain(locked.pk)
        if not any(row.event == exclusivity.HELD_BACK and row.data == data for row in events):
            audit.record(
                business=locked.business,
                chain_id=locked.pk,
                event=exclusivity.HELD_BACK,
                actor=f"{contact.name} <{contact.email}>",
                now=now,
                origin=origin,
                data=data,
            )
        owner_emails.tell_held_back(locked, contact, found[0], now)
    sentence = _(
        "%(business)s has to check something before you can continue, and will contact you. "
        "There is nothing for you to do."
    )
    raise HeldBack(sentence % {"business": proposal.business.name})


def require_free_to_sign(
    *, paper: Agreement | Amendment, contact: Contact, now: datetime, origin: Origin
) -> None:
    """The same for a signature. An amendment changes what runs already, and is never held back."""
    if isinstance(paper, Agreement) and paper.state == AgreementState.SENT:
        require_free(proposal=paper.proposal, contact=contact, now=now, origin=origin)


def confirm_consent(
    *, proposal: Proposal, actor: str, now: datetime, origin: Origin
) -> list[Contact]:
    """Record that the clients with exclusivity have agreed, on both sides.

    Whoever was held back is emailed that they can continue, if the proposal is still open. Returns
    these people.
    """
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        waiting = _held_back(audit.chain(locked.pk))
        exclusivity.require_consent(
            proposal=locked, has_consent=True, actor=actor, now=now, origin=origin
        )
        if locked.state != ProposalState.SENT:
            return []
        people = Contact.objects.filter(pk__in=waiting, client=locked.client_id, is_active=True)
        for contact in people:
            _email_to_continue(locked, contact, waiting[contact.pk], now)
    return list(people)


def _held_back(events: Iterable[AuditEvent]) -> dict[UUID, AuditEvent]:
    """Who was held back since the last consent, each with the newest event that says so."""
    waiting: dict[UUID, AuditEvent] = {}
    for event in events:
        if event.event == exclusivity.EVENT:
            waiting.clear()
        if event.event == exclusivity.HELD_BACK:
            waiting[UUID(event.data["contact"])] = event
    return waiting


def _email_to_continue(
    proposal: Proposal, contact: Contact, event: AuditEvent, now: datetime
) -> None:
    picked = Agreement.objects.filter(proposal=proposal, state=AgreementState.SENT).first()
    target = f"agreement:{picked.pk}" if picked else f"proposal:{proposal.pk}"
    link = portal_links.portal_link(contact=contact, now=now, target=target)
    facts = {"business": proposal.business.name, "title": proposal.title}
    with translation.override(proposal.language):
        context = {
            "subject": _("You can continue: %(title)s") % facts,
            "name": contact.name,
            "paragraphs": [
                _("%(business)s has checked everything. You can continue with “%(title)s”.") % facts
            ],
            "button": _("Continue"),
            "link": links.placeholder("link", link.id),
        }
    emails.write(
        kind="held_back_over",
        ref=str(event.pk),
        to=contact.email,
        template="note",
        context=context,
        language=proposal.language,
        business=proposal.business,
        now=now,
    )
