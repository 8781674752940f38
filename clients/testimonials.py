"""Saves testimonials: a quote, a video or a reference letter (PDF), and the photo of the person."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clients.models import Testimonial
from core.documents import pictures, store
from core.documents.pictures import Picture
from core.errors import RuleError
from core.models import Business
from core.models.document import DocumentKind

LARGEST = 10 * 1024 * 1024  # bytes of a reference letter


class BadLetter(RuleError):
    """The file of the reference letter is too large, or it is not a PDF."""


def keep(
    *,
    business: Business,
    now: datetime,
    letter: bytes | None = None,
    photo: Picture | None = None,
    removes_photo: bool = False,
    row: Testimonial | None = None,
    **said: Any,
) -> Testimonial:
    """Save a new testimonial, or change `row`. Without a new `letter` or `photo` the old one stays.

    `said` holds fields of Testimonial. Raises BadLetter, and RuleError if the testimonial has
    neither quote nor video nor letter.
    """
    row = row or Testimonial(business=business, created_at=now)
    for name, value in said.items():
        setattr(row, name, value)
    if letter is not None:
        validate_letter(letter)
        title = _("Reference letter, %(name)s") % {"name": row.author}
        row.letter = store.save(
            business=business, kind=DocumentKind.LETTER, title=title, pdf=letter, now=now
        )
    if removes_photo:
        row.photo = ""
    if photo is not None:
        row.photo = pictures.keep(photo)
    if not (row.quote or row.video_url or row.letter):
        raise RuleError(_("Give at least a quote, a video or a reference letter."), field="quote")
    row.save()
    return row


def validate_letter(letter: bytes) -> None:
    """Raise BadLetter unless the file is a PDF of at most 10 MB."""
    if len(letter) > LARGEST:
        raise BadLetter(_("A reference letter may be 10 MB large at most."), field="file")
    if not letter.startswith(b"%PDF-") or b"%%EOF" not in letter[-2048:]:
        raise BadLetter(_("A reference letter is a PDF file."), field="file")


def retire(*, row: Testimonial, now: datetime) -> None:
    """Archive a testimonial. Proposals that already show it keep it."""
    Testimonial.objects.filter(pk=row.pk, retired_at__isnull=True).update(retired_at=now)
