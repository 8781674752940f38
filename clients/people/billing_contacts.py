"""Who at a client gets emails about money in copy: with links and in a language of their own."""

from collections.abc import Callable
from dataclasses import replace

from django.utils import translation

from clients.models import Contact
from core.outbox.emails import Letter

#: Makes an email to a person in a language.
Write = Callable[[Contact, str], Letter]


def with_copies(contact: Contact, language: str, write: Write) -> Letter:
    """The email to `contact`, with what the billing contacts get.

    `write` makes the email to a person in a language, which is active meanwhile: the person's own,
    or else `language`. It mints the links in it for that person, so that nobody acts in the name of
    another.
    """

    def letter(person: Contact) -> Letter:
        own = person.language_for(language)
        with translation.override(own):
            return write(person, own)

    return replace(letter(contact), copies=_copies(contact, letter))


def _copies(contact: Contact, write: Callable[[Contact], Letter]) -> list[Letter]:
    """What the billing contacts get of an email that goes to `contact`."""
    return [
        replace(letter, context={**letter.context, "copied_from": contact.name})
        for letter in map(write, billing_contacts(contact))
    ]


def billing_contacts(contact: Contact) -> list[Contact]:
    """Who gets emails about money in copy, if they go to `contact`: others at the same client.

    Neither `contact` nor the owner of the business is among them, under whatever name.
    """
    addressed = {contact.email.lower(), contact.business.owner.email.lower()}
    rows = Contact.objects.filter(client=contact.client_id, gets_billing=True, is_active=True)
    rows = rows.exclude(pk=contact.pk).select_related("client", "business__owner").order_by("pk")
    return [row for row in rows if row.email.lower() not in addressed and not row.is_without_money]
