"""How a client's people get into the portal: a link by email, no password (docs/trust.md)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from clients.models import Contact
from core import links
from core.models import Link
from core.models.link import LinkPurpose
from core.outbox import emails


def portal_link(*, contact: Contact, now: datetime, target: str = "") -> Link:
    """A fresh link for this person; `target` is where it leads, as "noun:id"."""
    return links.mint(purpose=LinkPurpose.PORTAL, subject_id=contact.id, now=now, target=target)


def mail_portal_link(*, contact: Contact, now: datetime, target: str = "") -> Link:
    """Mail a fresh link to this person."""
    with transaction.atomic():
        link = portal_link(contact=contact, now=now, target=target)
        emails.write(
            kind="portal_link",
            ref=str(link.id),
            to=contact.email,
            template="portal_link",
            context={"contact": contact, "link": links.placeholder("link", link.id)},
            language=contact.client.language,
            business=contact.business,
            now=now,
        )
    return link


def mail_fresh_links(*, email: str, now: datetime) -> int:
    """Mail a link to every active contact with this email; the caller tells nobody how many there were."""
    found = Contact.objects.filter(email__iexact=email, is_active=True).select_related(
        "client", "business"
    )
    return len([mail_portal_link(contact=contact, now=now) for contact in found[:20]])


def contact_for(link: Link) -> Contact | None:
    """The person a portal link was made for, if they may still enter."""
    return contact_by_id(link.subject_id)


def contact_by_id(pk: UUID) -> Contact | None:
    """An active contact, with its client and business."""
    found = Contact.objects.select_related("client", "business", "business__owner")
    return found.filter(pk=pk, is_active=True).first()


def end_sessions(*, contact: Contact, now: datetime) -> None:
    """Log this person out everywhere and close every link they were sent."""
    with transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(portal_epoch=F("portal_epoch") + 1)
        links.revoke(contact.pk, now=now)
