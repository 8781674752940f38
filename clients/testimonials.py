"""Keeps what clients said about the business; a reference letter is a PDF kept by its hash."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clients.models import Testimonial
from core.documents import store
from core.errors import RuleError
from core.models import Business
from core.models.document import DocumentKind

LARGEST = 10 * 1024 * 1024  # bytes of a letter


class BadLetter(RuleError):
    """The file is too large, or it is no PDF."""


def keep(
    *,
    business: Business,
    now: datetime,
    letter: bytes | None = None,
    row: Testimonial | None = None,
    **said: Any,
) -> Testimonial:
    """Write a new one, or over `row`; without a new letter the old one stays. Raises BadLetter."""
    row = row or Testimonial(business=business, created_at=now)
    for name, value in said.items():
        setattr(row, name, value)
    if letter is not None:
        check(letter)
        title = _("Reference letter, %(name)s") % {"name": row.author}
        row.letter = store.save(
            business=business, kind=DocumentKind.LETTER, title=title, pdf=letter, now=now
        )
    if not (row.quote or row.video_url or row.letter):
        raise RuleError(_("Give at least a quote, a video or a letter."), field="quote")
    row.save()
    return row


def check(letter: bytes) -> None:
    """Raise BadLetter where it is not a PDF of at most 10 MB."""
    if len(letter) > LARGEST:
        raise BadLetter(_("A letter may be 10 MB large at most."), field="file")
    if not letter.startswith(b"%PDF-") or b"%%EOF" not in letter[-2048:]:
        raise BadLetter(_("A letter is a PDF file."), field="file")


def retire(*, row: Testimonial, now: datetime) -> None:
    """Offer it no longer; proposals that show it keep it."""
    Testimonial.objects.filter(pk=row.pk, retired_at__isnull=True).update(retired_at=now)
