"""What is said about a request: written once however often it is sent, and read in the order of time."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients.models import Contact
from core.database.ids import new_id
from delivery.models import Handover, Request, RequestMessage
from delivery.rules.errors import NoWords

LONGEST = 5000  # signs of one message
TITLE = 160
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Said:
    """Words, something handed over, or both: by a person of the client's, or (without `contact`) by the business."""

    at: datetime
    contact: Contact | None
    text: str
    handover: Handover | None = None
    by_mail: bool = False


def of(request: Request) -> list[Said]:
    """Oldest first; two questions. What was handed over stands with the words that came with it."""
    gifts = {row.created_at: row for row in Handover.objects.filter(request=request)}
    words = []
    for row in RequestMessage.objects.filter(request=request).select_related("contact"):
        gift = None if row.contact else gifts.pop(row.created_at, None)
        words.append(Said(row.created_at, row.contact, row.text, gift, bool(row.came_as)))
    alone = [Said(at, None, "", gift) for at, gift in gifts.items()]
    return sorted([*words, *alone], key=lambda one: one.at)


def write(
    *,
    request: Request,
    contact: Contact | None,
    text: str,
    now: datetime,
    once: str = "",
    came_as: str = "",
) -> RequestMessage | None:
    """None where the same form (`once`) or email (`came_as`) was written already: the database says so."""
    row = RequestMessage(
        pk=id_of(request.pk, once),
        business_id=request.business_id,
        request=request,
        contact=contact,
        text=text,
        came_as=came_as,
        created_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return row


def id_of(owner: UUID, once: str) -> UUID:
    """The same mark of the same owner is the same row; without a mark a fresh one."""
    return uuid5(owner, once) if once else new_id()


def tidy(text: str) -> str:
    """What was written without control signs, signs that turn the order of others around, and outer space.

    Raises NoWords where nothing or too much is left.
    """
    plain = "".join(
        sign for sign in text.replace("\r\n", "\n") if sign in "\n\t" or _is_writing(sign)
    ).strip()
    if not plain:
        raise NoWords(_("Write a few words."), field="text")
    if len(plain) > LONGEST:
        raise NoWords(_("This is too long: 5,000 characters at most."), field="text")
    return plain


def _is_writing(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cs") and sign not in TURNS


def title_of(text: str) -> str:
    """Its first line, cut where it is long."""
    line = " ".join(text.strip().splitlines()[0].split())
    return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"
