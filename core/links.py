"""Doors by email: a signed token plus a row that expires, is used once and can be revoked.

The token is the row's id signed with the installation's key, so it is never stored. A letter in the outbox
carries a placeholder, and the token is put in its place at the moment it is sent or shown.
"""

import hashlib
import re
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from core.models import Link
from core.models.link import LinkPurpose

PORTAL_LIFE = timedelta(days=14)
SIGN_IN_LIFE = timedelta(minutes=30)
_PLACEHOLDER = re.compile(r"\[\[(link|code):([0-9a-f-]{36})\]\]")


def mint(
    *,
    purpose: LinkPurpose,
    subject_id: UUID,
    now: datetime,
    target: str = "",
    life: timedelta | None = None,
) -> Link:
    """Make a link for a contact or user. `target` is where it leads, as "noun:id"."""
    life = life or (PORTAL_LIFE if purpose == LinkPurpose.PORTAL else SIGN_IN_LIFE)
    return Link.objects.create(
        purpose=purpose, subject_id=subject_id, target=target, created_at=now, expires_at=now + life
    )


def token(link_id: UUID) -> str:
    """The secret half of a link: its id and a signature."""
    return Signer(salt="rh.link").sign(link_id.hex)


def url(link: Link) -> str:
    """The address to mail, absolute."""
    path = (
        settings.PORTAL_LINK_PATH
        if link.purpose == LinkPurpose.PORTAL
        else settings.SIGN_IN_LINK_PATH
    )
    return str(settings.SITE_URL).rstrip("/") + path.format(token=token(link.id))


def find(value: str, *, purpose: LinkPurpose, now: datetime) -> Link | None:
    """The link of a token if it would still open; None for forged, expired, used and revoked ones alike."""
    try:
        link_id = UUID(hex=Signer(salt="rh.link").unsign(value))
    except (BadSignature, ValueError):
        return None
    return _open(now).filter(pk=link_id, purpose=purpose).first()


def known(value: str, *, purpose: LinkPurpose) -> Link | None:
    """The link of a genuine token, open or not: so that its owner can ask for a fresh one."""
    try:
        link_id = UUID(hex=Signer(salt="rh.link").unsign(value))
    except (BadSignature, ValueError):
        return None
    return Link.objects.filter(pk=link_id, purpose=purpose).first()


def consume(link: Link, *, now: datetime) -> bool:
    """Use it up. Of any number of people at once exactly one is told True."""
    return bool(_open(now).filter(pk=link.pk).update(used_at=now))


def revoke(subject_id: UUID, *, now: datetime) -> int:
    """Close every open link of a contact or user; the number closed."""
    return _open(now).filter(subject_id=subject_id).update(revoked_at=now)


def _open(now: datetime) -> QuerySet[Link]:
    return Link.objects.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)


def code(row_id: UUID) -> str:
    """The six digits that belong to a row, known only to who holds the installation's key."""
    digest = salted_hmac("rh.code", row_id.hex, algorithm=hashlib.sha256().name).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def placeholder(kind: str, row_id: UUID) -> str:
    """What a letter carries until it is sent: kind is "link" or "code"."""
    return f"[[{kind}:{row_id}]]"


def fill(text: str) -> str:
    """A letter's text with its links and codes in place. For sending and showing, never for storing."""

    def _put(match: re.Match[str]) -> str:
        row_id = UUID(match[2])
        if match[1] == "code":
            return code(row_id)
        link = Link.objects.filter(pk=row_id).first()
        return url(link) if link else ""

    return _PLACEHOLDER.sub(_put, text)
