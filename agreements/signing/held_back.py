"""Holds back a pick or a signature that would break another client's exclusivity (rule 57).

The client is told only that something has to be checked. The freelancer sees the clause, and
confirms the other client's consent; then the client is told to continue.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements import owner_emails
from agreements.contract import exclusivity
from agreements.contract.exclusivity import Conflict
from agreements.models import Agreement, Amendment, Proposal
from agreements.rules.errors import HeldBack
from agreements.rules.states import AgreementState, AmendmentState, ProposalState
from clients import portal_links
from clients.models import Contact
from core import audit, links
from core.audit import Origin
from core.models import AuditEvent, Business
from core.outbox import emails


class _ExcludedMeanwhile(Exception):
    """Another client got exclusivity after it was checked and before the lock."""

    def __init__(self, found: Conflict) -> None:
        super().__init__()
        self.found = found


def require_free(
    *,
    proposal: Proposal,
    contact: Contact,
    now: datetime,
    origin: Origin,
    paper: Agreement | Amendment | None = None,
) -> None:
    """Raise HeldBack where a running agreement excludes the client without a recorded consent.

    `paper` is what the client would sign; None where they pick. The attempt is recorded, and the
    owner is told of it once. Call it outside a transaction, which the error would undo.
    """
    found = exclusivity.without_consent(proposal.client, audit.chain(proposal.pk))
    if found:
        _hold_back(found[0], proposal, contact, now, origin, paper)


def require_free_to_sign(
    *, paper: Agreement | Amendment, contact: Contact, now: datetime, origin: Origin
) -> None:
    """The same for a signature. An amendment is held back only if it extends the work."""
    if _is_checked(paper):
        proposal = paper.agreement.proposal
        require_free(proposal=proposal, contact=contact, now=now, origin=origin, paper=paper)


@contextmanager
def staying_free(
    *,
    proposal: Proposal,
    contact: Contact,
    now: datetime,
    origin: Origin,
    paper: Agreement | Amendment | None = None,
) -> Iterator[None]:
    """Run the block in a transaction while no other client of the business gets exclusivity.

    Whoever picks or signs at one business does so one after the other, under the lock of its row,
    and what the one before has signed is seen. Raises HeldBack as `require_free` does, and does not
    run the block then.
    """
    try:
        with transaction.atomic():
            if paper is None or _is_checked(paper):
                lock_signatures(proposal.business_id)
                for found in exclusivity.without_consent(proposal.client, audit.chain(proposal.pk)):
                    raise _ExcludedMeanwhile(found)
            yield
    except _ExcludedMeanwhile as error:
        _hold_back(error.found, proposal, contact, now, origin, paper)


def lock_signatures(business: UUID) -> None:
    """Let nobody else of a business sign until the transaction ends. Other locks come after it."""
    Business.objects.select_for_update(no_key=True).get(pk=business)


def _is_checked(paper: Agreement | Amendment) -> bool:
    """Whether signing the document begins or extends work for the client."""
    is_waiting = paper.state == AgreementState.SENT
    return is_waiting and (isinstance(paper, Agreement) or paper.extends_work)


def _hold_back(
    found: Conflict,
    proposal: Proposal,
    contact: Contact,
    now: datetime,
    origin: Origin,
    paper: Agreement | Amendment | None,
) -> None:
    """Record who was held back, tell the owner once, and raise HeldBack."""
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        data = {"agreement": str(found.agreement.pk), "contact": str(contact.pk)}
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
        owner_emails.tell_held_back(locked, contact, found, now, paper)
    sentence = _(
        "%(business)s has to check something before you can continue, and will contact you. "
        "There is nothing for you to do."
    )
    raise HeldBack(sentence % {"business": proposal.business.name})


def confirm_consent(
    *, proposal: Proposal, actor: str, now: datetime, origin: Origin
) -> list[Contact]:
    """Record that the clients with exclusivity have agreed, on both sides.

    Whoever was held back is emailed that they can continue, if the proposal or a change of its
    agreement is still open. Returns these people.
    """
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        waiting = _held_back(audit.chain(locked.pk))
        exclusivity.require_consent(
            proposal=locked, has_consent=True, actor=actor, now=now, origin=origin
        )
        target = _goes_on_with(locked)
        if not target:
            return []
        people = Contact.objects.filter(pk__in=waiting, client=locked.client_id, is_active=True)
        for contact in people:
            _email_to_continue(locked, contact, waiting[contact.pk], target, now)
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


def _goes_on_with(proposal: Proposal) -> str:
    """The target of a link to what the client can go on with; "" if nothing waits for them."""
    offered = Amendment.objects.filter(agreement__proposal=proposal, state=AmendmentState.SENT)
    if change := offered.first():
        return f"amendment:{change.pk}"
    if proposal.state != ProposalState.SENT:
        return ""
    picked = Agreement.objects.filter(proposal=proposal, state=AgreementState.SENT).first()
    return f"agreement:{picked.pk}" if picked else f"proposal:{proposal.pk}"


def _email_to_continue(
    proposal: Proposal, contact: Contact, event: AuditEvent, target: str, now: datetime
) -> None:
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
