"""Emails to a client's people that a business may open in its own words (rule 60)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext_lazy, pgettext

from clients.models import Contact
from core import formats
from core.models import Business
from core.outbox.emails import Letter
from core.outbox.worded_kinds import WordedKind, register

SAMPLE_LINK = "#"  # a sample email leads nowhere


def people(contact: Contact) -> dict[str, str]:
    """The names that every email to a client has, with their values."""
    return {
        "name": contact.name,
        "client": contact.client.name,
        "business": contact.business.name,
    }


def sample_people(business: Business) -> dict[str, str]:
    """The same for a client who does not exist, in the active language."""
    return {
        "name": pgettext("a client's person in a sample", "Anna Weber"),
        "client": pgettext("a client in a sample", "Weber Bakery"),
        "business": business.name,
    }


def sample_contact(values: dict[str, str]) -> Any:
    """What templates read of a contact, for a person who does not exist."""
    return SimpleNamespace(name=values["name"])


def register_kinds() -> None:
    """Register the kinds of this room."""
    register(
        WordedKind(
            "portal_link",
            gettext_lazy("Link to the client portal"),
            gettext_lazy("When you send a portal link, or a client asks for a new one."),
            {},
            _portal_link,
        )
    )


def _portal_link(business: Business, today: date) -> Letter:
    values = sample_people(business)
    context = {"contact": sample_contact(values), "link": SAMPLE_LINK}
    language = formats.language().code
    return Letter(
        "", "portal_link", context, language, business, worded="portal_link", values=values
    )
