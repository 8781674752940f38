"""Portal links, by which a client's contacts enter the portal without a password.

docs/trust.md describes how they are kept safe.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from clients import sample_rules
from clients.models import Contact
from clients.worded_emails import people
from core import links
from core.models import Link
from core.models.link import LinkPurpose
from core.outbox import emails

CODE_LIFE = timedelta(minutes=15)  # of an emailed code, and of the link beside it


def portal_link(*, contact: Contact, now: datetime, target: str = "") -> Link:
    """Create a portal link for a contact. `target` is the page that it opens, as "noun:id".

    Raises SampleClient.
    """
    sample_rules.refuse(contact.client)
    return links.mint(purpose=LinkPurpose.PORTAL, subject_id=contact.id, now=now, target=target)


def code_link(*, contact: Contact, now: datetime, target: str) -> Link:
    """Create a link that is emailed beside a code; the code is that of its id (core.links.code).

    Raises SampleClient.
    """
    sample_rules.refuse(contact.client)
    purpose = LinkPurpose.PORTAL
    return links.mint(
        purpose=purpose, subject_id=contact.id, now=now, target=target, life=CODE_LIFE
    )


def reading_link(*, contact: Contact, now: datetime, target: str) -> Link:
    """Create a link that shows one page to whoever has it, for the freelancer to pass on.

    Whatever is done on that page in the contact's name needs a code that is emailed to them. Raises
    SampleClient.
    """
    sample_rules.refuse(contact.client)
    purpose = LinkPurpose.PORTAL
    return links.mint(
        purpose=purpose, subject_id=contact.id, now=now, target=target, reads_only=True
    )


def mail_code(*, contact: Contact, now: datetime, target: str) -> Link:
    """Email a contact a code that confirms that it is them, and the link beside it.

    The link opens `target`, or goes on in the browser that asked for it. Returns the link.
    """
    with transaction.atomic():
        link = code_link(contact=contact, now=now, target=target)
        emails.write(
            kind="portal_code",
            ref=str(link.id),
            to=contact.email,
            template="portal_code",
            context={
                "contact": contact,
                "code": links.placeholder("code", link.id),
                "link": links.placeholder("link", link.id),
                "minutes": CODE_LIFE // timedelta(minutes=1),
            },
            language=contact.language_for(contact.client.language),
            business=contact.business,
            now=now,
        )
    return link


def mail_portal_link(
    *, contact: Contact, now: datetime, target: str = "", with_code: bool = False
) -> Link:
    """Create a portal link for a contact and email it to them.

    With `with_code` the email has the code of the link, too, for who asked for it on a page.
    """
    with transaction.atomic():
        link = portal_link(contact=contact, now=now, target=target)
        emails.write(
            kind="portal_link",
            ref=str(link.id),
            to=contact.email,
            template="portal_link",
            context={
                "contact": contact,
                "link": links.placeholder("link", link.id),
                "code": links.placeholder("code", link.id) if with_code else "",
                "minutes": CODE_LIFE // timedelta(minutes=1),
            },
            language=contact.language_for(contact.client.language),
            business=contact.business,
            worded="portal_link",
            values=people(contact),
            now=now,
        )
    return link


def mail_fresh_links(*, email: str, now: datetime) -> list[Link]:
    """Email a link and its code to every active contact with this address, at most 20.

    Callers must not show how many links they get: it tells whether the address is known.
    """
    contacts = Contact.objects.filter(
        email__iexact=email, is_active=True, client__is_sample=False
    ).select_related("client", "business")
    return [mail_portal_link(contact=contact, now=now, with_code=True) for contact in contacts[:20]]


def link_of_code(asked: Iterable[UUID], typed: str, *, now: datetime) -> Link | None:
    """The unused link among those that were asked for whose code was typed; None if it is wrong."""
    digits = links.digits_of(typed)
    rows = Link.objects.filter(
        pk__in=list(asked),
        purpose=LinkPurpose.PORTAL,
        created_at__gt=now - CODE_LIFE,
        used_at__isnull=True,
        revoked_at__isnull=True,
    )
    found = [row for row in rows if constant_time_compare(digits, links.code(row.pk))]
    return found[0] if found else None


def contact_for(link: Link) -> Contact | None:
    """The contact a portal link was created for; None if they may no longer enter."""
    return contact_by_id(link.subject_id)


def contact_by_id(pk: UUID) -> Contact | None:
    """An active contact, with client, business and owner loaded; None if there is none."""
    contacts = Contact.objects.select_related("client", "business", "business__owner")
    contact = contacts.filter(pk=pk, is_active=True).first()
    if contact:
        contact.client.business = contact.business
    return contact


def end_sessions(*, contact: Contact, now: datetime) -> None:
    """Sign a contact out of the portal everywhere, and revoke all their usable links."""
    with transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(portal_epoch=F("portal_epoch") + 1)
        links.revoke(contact.pk, now=now)
