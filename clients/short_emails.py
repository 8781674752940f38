"""Short emails about money to the owner, and to a client with the billing contacts in copy."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from clients import portal_links
from clients.models import Contact
from clients.people import billing_contacts
from core import links
from core.models import Business
from core.outbox import emails
from core.outbox.emails import Letter


def email_owner(
    kind: str,
    ref: str,
    business: Business,
    subject: str,
    paragraphs: Sequence[str],
    link: str,
    now: datetime,
) -> None:
    """Queue a short email to the owner, in the active language, with a button that opens `link`."""
    emails.write(
        kind=kind,
        ref=ref,
        to=business.owner.email,
        template="note",
        context={
            "subject": subject,
            "paragraphs": paragraphs,
            "button": _("Open it"),
            "link": link,
        },
        language=business.language,
        business=business,
        now=now,
    )


def email_client(
    kind: str,
    ref: str,
    contact: Contact,
    language: str,
    subject: str,
    paragraphs: Sequence[str],
    *,
    now: datetime,
    button: str = "",
    link: links.Address = "",
    target: str = "",
    about_money: bool = False,
) -> None:
    """Queue a short email to a client's contact.

    Without a `link`, the button opens the portal at `target`. Where it is `about_money`, the
    billing contacts get it in copy.
    """

    def compose(person: Contact) -> Letter:
        address = link
        if button and not link:
            row = portal_links.portal_link(contact=person, now=now, target=target)
            address = links.placeholder("link", row.id)
        context = {
            "subject": subject,
            "name": person.name,
            "paragraphs": paragraphs,
            "button": button,
            "link": address,
        }
        return Letter(person.email, "note", context, language, person.business)

    if about_money:
        email_with_copies(kind, ref, contact, compose, now)
        return
    letter = compose(contact)
    emails.write(
        kind=kind,
        ref=ref,
        to=letter.to,
        template=letter.template,
        context=letter.context,
        language=language,
        business=letter.business,
        now=now,
    )


def email_with_copies(
    kind: str, ref: str, contact: Contact, compose: Callable[[Contact], Letter], now: datetime
) -> None:
    """Queue an email to a contact; the billing contacts get it in copy, with their own links."""
    letter = billing_contacts.with_copies(contact, compose)
    emails.write(
        kind=kind,
        ref=ref,
        to=letter.to,
        template=letter.template,
        context=letter.context,
        language=letter.language,
        business=letter.business,
        worded=letter.worded,
        values=letter.values,
        copies=letter.copies,
        now=now,
    )
