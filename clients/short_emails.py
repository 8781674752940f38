"""Short emails about money to the owner, and to a client with the billing contacts in copy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clients import portal_links
from clients.models import Contact
from clients.people import billing_contacts
from core import links
from core.models import Business
from core.outbox import emails
from core.outbox.emails import Letter


@dataclass(frozen=True)
class Words:
    """What a short email says, in one language: its subject, its paragraphs and its button."""

    subject: str
    paragraphs: Sequence[str]
    button: str


def email_owner(
    kind: str,
    ref: str,
    business: Business,
    subject: str,
    paragraphs: Sequence[str],
    link: str,
    now: datetime,
    *,
    button: str,
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
            "button": button,
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
) -> None:
    """Queue a short email to a client's contact.

    Without a `link`, the button opens the portal at `target`.
    """
    words = Words(subject, paragraphs, button)
    letter = _short(contact, language, words, now, link=link, target=target)
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


def email_about_money(
    kind: str,
    ref: str,
    contact: Contact,
    language: str,
    words: Callable[[], Words],
    *,
    target: str,
    now: datetime,
) -> None:
    """Queue a short email to a client's contact, and copies to the billing contacts.

    `words` is asked in the language of each of them, which is `language` where they have none of
    their own. The button opens the portal at `target`.
    """

    def compose(person: Contact, own: str) -> Letter:
        return _short(person, own, words(), now, target=target)

    email_with_copies(kind, ref, contact, language, compose, now)


def _short(
    person: Contact,
    language: str,
    words: Words,
    now: datetime,
    *,
    link: links.Address = "",
    target: str,
) -> Letter:
    """A short email to a person; without a `link`, its button opens the portal at `target`."""
    address = link
    if words.button and not link:
        row = portal_links.portal_link(contact=person, now=now, target=target)
        address = links.placeholder("link", row.id)
    context = {
        "subject": words.subject,
        "name": person.name,
        "paragraphs": words.paragraphs,
        "button": words.button,
        "link": address,
    }
    return Letter(person.email, "note", context, language, person.business)


def email_with_copies(
    kind: str,
    ref: str,
    contact: Contact,
    language: str,
    compose: billing_contacts.Write,
    now: datetime,
) -> None:
    """Queue an email to a contact, and copies to the billing contacts.

    Each is in the language of its reader, which is `language` where they have none of their own,
    and has links of its own.
    """
    letter = billing_contacts.with_copies(contact, language, compose)
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
