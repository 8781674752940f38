"""Links and codes that are sent by email.

A link is a row that expires and can be revoked. It is used once; until it expires, a portal link
that was used still opens its page for reading. Its token is the row's id, signed with the
installation's key, so no token is ever stored. An email in the outbox holds a placeholder
with a mark of its own, which is replaced by the token when the email is sent or shown.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.models import Link
from core.models.link import LinkPurpose

PORTAL_LIFE = timedelta(days=14)
SIGN_IN_LIFE = timedelta(minutes=30)
_PAGES = {
    LinkPurpose.PORTAL: "portal:enter",
    LinkPurpose.SIGN_IN: "dashboard:sign_in",
    LinkPurpose.JOIN: "dashboard:team_join",
}
_UUID = "-".join(f"[0-9a-f]{{{length}}}" for length in (8, 4, 4, 4, 12))


def mint(
    *,
    purpose: LinkPurpose,
    subject_id: UUID,
    now: datetime,
    target: str = "",
    life: timedelta | None = None,
    reads_only: bool = False,
) -> Link:
    """Create a link for a contact (portal), a user (sign-in) or an invitation (join).

    `target` is the page that the link opens, as "noun:id". Without a `life` the link is valid for
    14 days (portal) or 30 minutes (sign-in).
    """
    life = life or (PORTAL_LIFE if purpose == LinkPurpose.PORTAL else SIGN_IN_LIFE)
    return Link.objects.create(
        purpose=purpose,
        subject_id=subject_id,
        target=target,
        reads_only=reads_only,
        created_at=now,
        expires_at=now + life,
    )


def absolute_url(name: str, *args: Any) -> str:
    """The address of a page with its scheme and host, for emails and other programs.

    `name` is the name of the page in the URLs, such as "dashboard:invoice". Raises NoReverseMatch.
    """
    return str(settings.SITE_URL) + reverse(name, args=args)


def token(link_id: UUID) -> str:
    """The secret part of a link's address: the link's id and its signature."""
    return Signer(salt="rh.link").sign(link_id.hex)


def url(link: Link) -> str:
    """The absolute address to put into an email."""
    return absolute_url(_PAGES[LinkPurpose(link.purpose)], token(link.id))


def calendar_token(call_id: UUID, contact_id: UUID | None) -> str:
    """The secret part of the address of a call's calendar file, which opens without signing in.

    Each person on the call has one of their own. Without a person it is that of an email of an
    earlier version, which all of them shared.
    """
    return Signer(salt="rh.call").sign(call_id.hex + (contact_id.hex if contact_id else ""))


def call_and_contact_of(value: str) -> tuple[UUID, UUID | None] | None:
    """The ids of the call and of the person that a calendar token is for; None if it is forged."""
    try:
        ids = Signer(salt="rh.call").unsign(value)
        return UUID(hex=ids[:32]), UUID(hex=ids[32:]) if ids[32:] else None
    except (BadSignature, ValueError):
        return None


def find(value: str, *, purpose: LinkPurpose, now: datetime) -> Link | None:
    """The link of a token if the link still opens something.

    None if the token is forged, or the link has expired, was revoked, or opens once and was used.
    """
    try:
        link_id = UUID(hex=Signer(salt="rh.link").unsign(value))
    except (BadSignature, ValueError):
        return None
    valid = _valid(now) if purpose == LinkPurpose.PORTAL else _unused(now)
    return valid.filter(pk=link_id, purpose=purpose).first()


def known(value: str, *, purpose: LinkPurpose) -> Link | None:
    """The link of a genuine token, usable or not, so that its owner can request a new one."""
    try:
        link_id = UUID(hex=Signer(salt="rh.link").unsign(value))
    except (BadSignature, ValueError):
        return None
    return Link.objects.filter(pk=link_id, purpose=purpose).first()


def consume(link: Link, *, now: datetime) -> bool:
    """Mark the link as used. Of any number of simultaneous calls exactly one returns True.

    A link for reading only is never used up: always False.
    """
    # One conditional UPDATE: whoever comes second matches no row.
    return bool(_unused(now).filter(pk=link.pk, reads_only=False).update(used_at=now))


def is_unused(link_id: UUID, *, of: UUID, now: datetime) -> bool:
    """Whether a link or code of this person is valid and was not used yet."""
    return _unused(now).filter(pk=link_id, subject_id=of).exists()


def use_up(link_id: UUID, *, now: datetime) -> None:
    """Mark a link as used, if it is not: what it opens was reached in another way."""
    _unused(now).filter(pk=link_id).update(used_at=now)


def revoke(subject_id: UUID, *, now: datetime) -> int:
    """Revoke every valid link of a contact or user, used or not. Returns their number."""
    return _valid(now).filter(subject_id=subject_id).update(revoked_at=now)


def restore(subject_id: UUID, pks: Iterable[UUID], *, revoked_at: datetime) -> int:
    """Make links valid again that were revoked at this moment; return their number."""
    rows = Link.objects.filter(pk__in=list(pks), subject_id=subject_id, revoked_at=revoked_at)
    return rows.update(revoked_at=None)


def _valid(now: datetime) -> QuerySet[Link]:
    return Link.objects.filter(revoked_at__isnull=True, expires_at__gt=now)


def _unused(now: datetime) -> QuerySet[Link]:
    return _valid(now).filter(used_at__isnull=True)


def code(row_id: UUID) -> str:
    """The six-digit confirmation code of a row, derived from its id and the installation's key."""
    digest = salted_hmac("rh.code", row_id.hex, algorithm=hashlib.sha256().name).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def digits_of(code: str) -> str:
    """The ASCII digits of a typed code. Thai digits are accepted too, and spaces left out."""
    return "".join(str(int(character)) for character in code if character.isdecimal())


@dataclass(frozen=True)
class Placeholder:
    """Stands in the context of an email for a link (`kind` "link") or a code ("code").

    core.outbox.emails puts it into the text together with the email's own mark. A text that
    somebody typed cannot hold that mark, so nothing typed is ever replaced.
    """

    kind: str
    row_id: UUID
    contact_id: UUID | None = None

    def marked(self, mark: str) -> str:
        """The text that `fill` replaces in the email with this mark."""
        whose = f":{self.contact_id}" if self.contact_id else ""
        return f"[[{mark}:{self.kind}:{self.row_id}{whose}]]"

    def __str__(self) -> str:
        raise TypeError("A placeholder is a value of an email's context, and no text.")


#: What a button of an email leads to: an address, or the placeholder of a link.
Address = str | Placeholder


def placeholder(kind: str, row_id: UUID, contact_id: UUID | None = None) -> Placeholder:
    """The placeholder that stands in an email until it is sent.

    `kind` is "link", "code", or "calendar" for the calendar file of a call, with the person whose
    file it is.
    """
    return Placeholder(kind, row_id, contact_id)


def links_in(text: str, mark: str) -> list[UUID]:
    """The links for which a placeholder with this mark stands in an email's text."""
    begin = re.escape(f"[[{mark}:" if mark else "[[")
    return [UUID(found[1]) for found in re.finditer(begin + r"link:([0-9a-f-]{36})\]\]", text)]


def exist(pks: Iterable[UUID]) -> bool:
    """Whether none of these links was deleted; links that ended long ago are."""
    wanted = set(pks)
    return not wanted or Link.objects.filter(pk__in=wanted).count() == len(wanted)


def fill(text: str, mark: str) -> str:
    """Replace the placeholders with this mark in an email's text by links and codes.

    Without a mark, as in emails written by 0.1.0, those without one are replaced. The result is for
    sending and showing only. It must never be stored.
    """

    def _replacement(match: re.Match[str]) -> str:
        row_id = UUID(match[2])
        if match[1] == "code":
            return code(row_id)
        if match[1] == "calendar":
            whose = UUID(match[3]) if match[3] else None
            return absolute_url("portal:call_file", calendar_token(row_id, whose))
        link = Link.objects.filter(pk=row_id).first()
        return url(link) if link else ""

    return _pattern(mark).sub(_replacement, text)


def hidden(text: str, mark: str) -> str:
    """Replace the placeholders with this mark by words, for who reads an email of somebody else."""
    link = f"[{_('only the recipient sees this link')}]"
    return _pattern(mark).sub(lambda found: "••••••" if found[1] == "code" else link, text)


def _pattern(mark: str) -> re.Pattern[str]:
    """What finds the placeholders with this mark: their kind, the id of their row, and whose."""
    begin = re.escape(f"[[{mark}:" if mark else "[[")
    return re.compile(rf"{begin}(link|code|calendar):({_UUID})(?::({_UUID}))?\]\]")
