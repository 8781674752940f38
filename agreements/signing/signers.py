"""The signers of an agreement or amendment: whose turn it is, and their invitations.

Every signer has a Signature row from the beginning, which is completed when they sign. In this
module `paper` is the agreement or the amendment.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from agreements import owner_emails, worded_emails
from agreements.models import Agreement, Amendment, Signature
from agreements.rules.errors import NotOpen
from agreements.rules.states import AgreementState
from clients import portal_links
from clients.models import Contact
from core import audit, links
from core.audit import UNSEEN, Origin
from core.outbox import emails

#: The target of a portal link to a document of each kind.
LINK_TARGETS = {Agreement: "agreement", Amendment: "amendment"}


def signatures_of(paper: Agreement | Amendment) -> list[Signature]:
    """All signatures of a document, made and pending, in the order of signing.

    That of the business is first where sending the document was its signature.
    """
    rows = Signature.objects.filter(agreement=paper.agreement, amendment=_amendment(paper))
    return list(rows.select_related("contact", "business__owner").order_by("position"))


def due_signatures(rows: Sequence[Signature], *, in_order: bool) -> list[Signature]:
    """The pending signatures whose turn it is now.

    The client's contacts sign first, one after the other if `in_order`, otherwise in any order. A
    business that countersigns is last.
    """
    pending = [row for row in rows if row.signed_at is None]
    contacts = [row for row in pending if row.contact_id]
    if contacts:
        return contacts[:1] if in_order else contacts
    return pending


def create_signatures(
    *,
    paper: Agreement | Amendment,
    people: Iterable[Contact],
    now: datetime,
    sent_at: datetime,
    origin: Origin = UNSEEN,
    countersigns: bool = False,
) -> list[Signature]:
    """Create the signatures of a document, in the order in which `people` and the business sign.

    Unless the business countersigns, sending the document was its signature: at `sent_at`, from
    `origin`.
    """
    everyone = list(dict.fromkeys(people))
    owner = paper.business.owner
    own_position = len(everyone) + 1 if countersigns else 0
    rows = [
        _unsaved(paper, position, now, contact=contact)
        for position, contact in enumerate(everyone, start=1)
    ]
    business = _unsaved(paper, own_position, now)
    if not countersigns:
        business.name, business.signed_at = owner.get_full_name() or owner.email, sent_at
        business.ip, business.user_agent = origin.ip, origin.user_agent[:300]
    Signature.objects.bulk_create([*rows, business])
    return sorted([*rows, business], key=lambda row: row.position)


def _unsaved(
    paper: Agreement | Amendment, position: int, now: datetime, contact: Contact | None = None
) -> Signature:
    return Signature(
        business=paper.business,
        agreement=paper.agreement,
        amendment=_amendment(paper),
        position=position,
        contact=contact,
        created_at=now,
    )


def invite(*, paper: Agreement | Amendment, now: datetime, present: Contact | None = None) -> None:
    """Email the signers whose turn it is and who were not invited yet.

    `present` is in the portal at this moment and needs no email.
    """
    for signature in due_signatures(signatures_of(paper), in_order=paper.in_order):
        own = Signature.objects.filter(pk=signature.pk, invited_at__isnull=True)
        is_new = own.update(invited_at=now)
        is_here = signature.contact is not None and signature.contact == present
        if is_new and not is_here:
            email_signer(paper=paper, signature=signature, kind="sign_invitation", now=now)


def email_signer(
    *, paper: Agreement | Amendment, signature: Signature, kind: str, now: datetime
) -> None:
    """Email one signer: `kind` is sign_invitation or sign_reminder.

    A contact is asked in the language of the document, with a link to the portal; the business in
    its own language, with the address of the agreement's page.
    """
    language = paper.language if signature.contact else paper.business.language
    with translation.override(language):
        subject = worded_emails.signing_subject(kind, paper.title)
        text, values = _owner_text(paper, subject), dict[str, str]()
        link: links.Address = owner_emails.agreement_url(paper)
        if signature.contact:
            values = worded_emails.signing_values(paper, signature.contact)
            text = worded_emails.signing_note(subject, values)
            portal_link = portal_links.portal_link(
                contact=signature.contact, now=now, target=f"{LINK_TARGETS[type(paper)]}:{paper.id}"
            )
            link = links.placeholder("link", portal_link.id)
    emails.write(
        kind=kind,
        ref=f"{signature.id}:{signature.contact_id}:{paper.reminders}",
        to=signature.contact.email if signature.contact else paper.business.owner.email,
        template="note",
        context={**text, "link": link},
        language=language,
        business=paper.business,
        worded=kind if signature.contact else "",
        values=values,
        now=now,
    )


def _owner_text(paper: Agreement | Amendment, subject: str) -> dict[str, object]:
    """The subject, paragraphs and button of an email that asks the business to sign."""
    sentence = _(
        "Everybody at the client has signed “%(title)s”. It takes effect when you have "
        "signed as well."
    ) % {"title": paper.title}
    button = _("Open and sign")
    return {"subject": subject, "name": "", "paragraphs": [sentence], "button": button}


def lock(paper: Agreement | Amendment) -> Agreement | Amendment:
    """Lock a document until the transaction ends, and return it as it is now.

    Whatever changes a document or writes into its audit chain takes this lock first, so that two
    tabs do not do so at the same time.
    """
    if isinstance(paper, Amendment):
        amendments = Amendment.objects.select_for_update(of=("self",))
        return amendments.select_related("business__owner", "agreement").get(pk=paper.pk)
    agreements = Agreement.objects.select_for_update(of=("self",))
    return agreements.select_related("business__owner").get(pk=paper.pk)


def require_turn(paper: Agreement | Amendment, contact: Contact | None) -> Signature:
    """The pending signature of this contact (None: of the business), if it is their turn.

    Raises NotOpen where it is not, or where the document does not wait for signatures.
    """
    if paper.state != AgreementState.SENT:
        raise NotOpen(_("This agreement is no longer waiting for a signature."))
    pk = contact.pk if contact else None
    for row in due_signatures(signatures_of(paper), in_order=paper.in_order):
        if row.contact_id == pk:
            return row
    raise NotOpen(_("This agreement is waiting for somebody else's signature."))


def record_event(
    paper: Agreement | Amendment,
    who: Contact | str,
    event: str,
    now: datetime,
    origin: Origin,
    data: dict[str, str] | None = None,
) -> None:
    """Write an event into the audit chain of the document; `who` is a contact or a name."""
    actor = who if isinstance(who, str) else f"{who.name} <{who.email}>"
    audit.record(
        business=paper.business,
        chain_id=paper.id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data or {},
    )


def _amendment(paper: Agreement | Amendment) -> Amendment | None:
    return paper if isinstance(paper, Amendment) else None
