"""The messages about a request: each is written once, however often it is sent."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients.models import Contact
from core.database.ids import new_id
from delivery.models import Handover, Request, RequestMessage
from delivery.rules.errors import NoText

LONGEST = 5000  # characters of one message
LONGEST_TITLE = 160  # characters
# Characters that reverse the direction of the text around them.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class ThreadItem:
    """A message, a handover, or both.

    They are from a contact of the client or, without `contact`, from the business.
    """

    at: datetime
    contact: Contact | None
    text: str
    handover: Handover | None = None
    by_mail: bool = False


def messages_of(request: Request) -> list[ThreadItem]:
    """Return what was said about a request, oldest first, in two queries.

    A handover stands with the message that was sent with it.
    """
    handovers = {
        handover.created_at: handover for handover in Handover.objects.filter(request=request)
    }
    messages = []
    for message in RequestMessage.objects.filter(request=request).select_related("contact"):
        handover = None if message.contact else handovers.pop(message.created_at, None)
        messages.append(
            ThreadItem(
                message.created_at, message.contact, message.text, handover, bool(message.came_as)
            )
        )
    without_text = [
        ThreadItem(moment, None, "", handover) for moment, handover in handovers.items()
    ]
    return sorted([*messages, *without_text], key=lambda entry: entry.at)


def write_message(
    *,
    request: Request,
    contact: Contact | None,
    text: str,
    now: datetime,
    once: str = "",
    came_as: str = "",
) -> RequestMessage | None:
    """Write a message; return None if it was written before.

    That is so when the same form (`once`) or email (`came_as`) was used already: a unique
    constraint refuses the second row.
    """
    message = RequestMessage(
        pk=repeatable_id(request.pk, once),
        business_id=request.business_id,
        request=request,
        contact=contact,
        text=text,
        came_as=came_as,
        created_at=now,
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return None
    return message


def repeatable_id(owner: UUID, once: str) -> UUID:
    """Return the id for the mark `once` of an owner, always the same; a new id without a mark."""
    return uuid5(owner, once) if once else new_id()


def clean_text(text: str) -> str:
    """Return the text without control characters, bidi overrides, and surrounding whitespace.

    Raises NoWords when nothing is left or the text is too long.
    """
    cleaned = "".join(
        character
        for character in text.replace("\r\n", "\n")
        if character in "\n\t" or _is_printable(character)
    ).strip()
    if not cleaned:
        raise NoText(_("Write a few words."), field="text")
    if len(cleaned) > LONGEST:
        raise NoText(_("This is too long: 5,000 characters at most."), field="text")
    return cleaned


def _is_printable(character: str) -> bool:
    """Whether the character is neither a control character nor a bidi override."""
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in BIDI_CONTROLS


def first_line(text: str) -> str:
    """Return the first line of the text, shortened to TITLE characters."""
    line = " ".join(text.strip().splitlines()[0].split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"
